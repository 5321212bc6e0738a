import Hypervisor
package import LabCore

/// The buckets of tokens from which an account's calls are paid, one for each verb.
///
/// Rule: AWS-156. https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
package struct TokenBuckets: Hashable, Sendable {
    private var buckets: [String: TokenBucket] = [:]

    package init() {}

    /// The size of the bucket of a verb that changes something.
    private static func size(of verb: String) -> TokenBucket.Size {
        let (capacity, refill) =
            switch verb {
            case "RunInstances", "StartInstances": (1_000, 2)
            case "StopInstances", "TerminateInstances": (1_000, 20)
            default: (50, 5)
            }
        return TokenBucket.Size(capacity: capacity, refill: refill, each: .seconds(1))
    }

    /// Takes tokens for a call of `verb`; false when there are too few, and none are taken.
    package mutating func take(_ tokens: Int, for verb: String, at now: Instant) -> Bool {
        buckets[verb, default: TokenBucket(full: Self.size(of: verb), at: now)].take(tokens, at: now) == nil
    }
}
