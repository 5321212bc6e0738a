import HashTreeCollections
import LabCore

extension EC2 {
    /// The tags of a resource, by key and not in the order in which they were put on.
    ///
    /// Rule: AWS-154.
    package func tags(of resource: String) -> [ResourceTag] {
        (tagSets[resource] ?? [:]).map { ResourceTag($0, $1) }.sorted()
    }

    /// The value of one tag of a resource.
    package func tag(_ key: String, of resource: String) -> String? { tagSets[resource]?[key] }

    /// CreateTags: a key that is there already gets the new value.
    ///
    /// Rule: AWS-149.
    package mutating func createTags(_ tags: [ResourceTag], on resources: [String]) throws(EC2Fault) {
        try call("CreateTags", on: resources.first ?? "tags") { ec2 throws(EC2Fault) in
            try ec2.checkTags(tags)
            try ec2.checkTaggable(resources)
            for resource in resources {
                let keys = Set(ec2.tags(of: resource).map(\.key)).union(tags.map(\.key))
                guard keys.filter({ !$0.hasPrefix("aws:") }).count <= ec2.settings.quotas.tags else {
                    throw .tooManyTags(ec2.settings.quotas.tags)
                }
            }
            for resource in resources { ec2.setTags(tags, of: resource) }
        }
    }

    /// DeleteTags: a tag that is absent is no error.
    ///
    /// Rule: AWS-153.
    ///
    /// A tag without a value is deleted whatever its value; an empty list of tags stands for all of the user's.
    package mutating func deleteTags(
        _ tags: [(key: String, value: String?)] = [], from resources: [String]
    ) throws(EC2Fault) {
        try call("DeleteTags", on: resources.first ?? "tags") { ec2 throws(EC2Fault) in
            try ec2.checkTaggable(resources)
            for resource in resources {
                ec2.tagSets[resource] = ec2.tagSets[resource]?.filter { key, value in
                    key.hasPrefix("aws:")
                        || !tags.isEmpty && !tags.contains { $0.key == key && ($0.value ?? value) == value }
                }
            }
        }
    }

    /// Checks tags that a request brings, before it makes anything.
    ///
    /// Rule: AWS-150. Rule: AWS-151.
    func checkTags(_ tags: [ResourceTag]) throws(EC2Fault) {
        guard tags.count <= settings.quotas.tags else { throw .tooManyTags(settings.quotas.tags) }
        guard Set(tags.map(\.key)).count == tags.count else {
            throw EC2Fault(.invalidParameterValue, "Duplicate tag key specified.", rule: "AWS-150")
        }
        for tag in tags {
            guard !tag.key.isEmpty else {
                throw EC2Fault(.invalidParameterValue, "Tag key cannot be empty.", rule: "AWS-150")
            }
            guard !tag.key.hasPrefix("aws:") else {
                throw EC2Fault(
                    .invalidParameterValue, "Tag keys starting with 'aws:' are reserved for internal use",
                    rule: "AWS-150")
            }
            guard tag.key.count <= 128, tag.value.count <= 256 else {
                throw EC2Fault(
                    .invalidParameterValue, "Tag keys have at most 128 and values at most 256 characters.",
                    rule: "AWS-149")
            }
        }
    }

    /// Rule: AWS-152.
    private func checkTaggable(_ resources: [String]) throws(EC2Fault) {
        guard !resources.isEmpty else {
            throw EC2Fault(.missingParameter, "The request must contain the parameter resourceIdSet", rule: "AWS-152")
        }
        for resource in resources {
            switch resource.split(separator: "-").first {
            case "i": _ = try instance(Instance.ID(rawValue: resource))
            case "vol": _ = try volume(Volume.ID(rawValue: resource))
            case "snap": _ = try snapshot(EBSSnapshot.ID(rawValue: resource))
            case "ami": _ = try image(Image.ID(rawValue: resource))
            case "eipalloc": _ = try address(ElasticAddress.ID(rawValue: resource))
            default: throw EC2Fault("InvalidID", "The ID '\(resource)' is not valid", rule: "AWS-152")
            }
        }
    }

    /// Puts tags on a resource that has been checked.
    mutating func setTags(_ tags: [ResourceTag], of resource: String) {
        for tag in tags { tagSets[resource, default: [:]][tag.key] = tag.value }
    }
}

extension EC2Fault {
    static func tooManyTags(_ most: Int) -> EC2Fault {
        EC2Fault("TagLimitExceeded", "The maximum of \(most) tags for a resource was exceeded.", rule: "AWS-149")
    }
}
