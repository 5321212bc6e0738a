package import LabCore

/// The buckets of tokens from which an account's calls are paid, one for each verb.
///
/// Rule: AWS-156. https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
package struct TokenBuckets: Hashable, Sendable {
    /// How many tokens a bucket holds and how many it gains in a second.
    package struct Size: Hashable, Sendable {
        package var capacity: Int
        package var refill: Int
    }

    private struct Bucket: Hashable, Sendable {
        var nanotokens: Int64
        var filled: Instant
    }

    private var buckets: [String: Bucket] = [:]

    package init() {}

    /// The size of the bucket of a verb that changes something.
    package static func size(of verb: String) -> Size {
        switch verb {
        case "RunInstances", "StartInstances": Size(capacity: 1_000, refill: 2)
        case "StopInstances", "TerminateInstances": Size(capacity: 1_000, refill: 20)
        default: Size(capacity: 50, refill: 5)
        }
    }

    /// Takes tokens for a call of `verb`; false when there are too few, and none are taken.
    package mutating func take(_ tokens: Int, for verb: String, at now: Instant) -> Bool {
        let size = Self.size(of: verb)
        let scale: Int64 = 1_000_000_000
        let full = Int64(size.capacity) * scale
        var bucket = buckets[verb] ?? Bucket(nanotokens: full, filled: now)
        let time = min((now - bucket.filled).nanoseconds, full)
        bucket = Bucket(nanotokens: min(full, bucket.nanotokens + time * Int64(size.refill)), filled: now)
        defer { buckets[verb] = bucket }
        guard bucket.nanotokens >= Int64(tokens) * scale else { return false }
        bucket.nanotokens -= Int64(tokens) * scale
        return true
    }
}
