/// A public address that belongs to the account until it is released.
package struct ElasticAddress: Hashable, Sendable, Identified {
    package static let prefix = "eipalloc-"
    package typealias ID = ResourceID<ElasticAddress>

    package var id: ID
    package var publicAddress: String
    package var instance: Instance.ID?
}
