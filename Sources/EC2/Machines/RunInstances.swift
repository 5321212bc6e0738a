/// The parameters of RunInstances.
package struct RunInstances: Hashable, Sendable {
    package var image: Image.ID
    package var minCount = 1
    package var maxCount = 1
    package var type: String?
    package var zone: String?
    package var mappings: [Mapping] = []
    package var privateAddress: String?
    /// Decoded, at most 16 KB.
    package var userData: String?
    package var disableAPITermination = false
    package var disableAPIStop = false
    package var instanceTags: [ResourceTag] = []
    package var volumeTags: [ResourceTag] = []
    package var clientToken: String?

    package init(image: Image.ID) { self.image = image }

    /// What one device is to be, over what the image says.
    ///
    /// Rule: AWS-116.
    package struct Mapping: Hashable, Sendable {
        package var device: String
        /// The device of the image is left out.
        package var isDropped = false
        package var snapshot: EBSSnapshot.ID?
        package var size: Int?
        package var type: VolumeType?
        package var deleteOnTermination: Bool?

        package init(device: String) { self.device = device }
    }
}
