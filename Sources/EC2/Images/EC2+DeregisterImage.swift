import HashTreeCollections
import Hypervisor
import LabCore
import SimulatedMachine

extension EC2 {
    /// What became of a snapshot of an image that was deregistered.
    package enum SnapshotDisposal: String, Hashable, Sendable {
        case success, skipped
    }

    /// Deregisters an image; its instances stay, and its snapshots too unless they are asked to go along.
    ///
    /// Rule: AWS-128.
    @discardableResult
    package mutating func deregisterImage(
        _ id: Image.ID, deletesSnapshots: Bool = false
    ) throws(EC2Fault) -> [EBSSnapshot.ID: SnapshotDisposal] {
        try call("DeregisterImage", on: id.rawValue) { ec2 throws(EC2Fault) in
            var image = try ec2.image(id)
            if image.isDeregistrationProtected || image.protectedUntil.map({ ec2.now < $0 }) ?? false {
                throw EC2Fault(
                    ec2.settings.inferred.protectedImage,
                    "The image '\(id)' is protected from deregistration.",
                    rule: "AWS-131")
            }
            let period = ec2.retention(of: image)
            do throws(NotInState<ImageState>) { try image.state.deregister(isRetained: period != nil) } catch {
                throw .noLongerAvailable(id)
            }
            image.deregistered = ec2.now
            if image.state == .recoverable, let period {
                ec2.putIntoBin(image, for: period)
            } else {
                ec2.images[id] = image
                ec2.enter(.imageChecked(id), in: ec2.settings.timings.deregisteredRecord)
            }
            return deletesSnapshots ? ec2.dispose(of: image) : [:]
        }
    }

    private mutating func dispose(of image: Image) -> [EBSSnapshot.ID: SnapshotDisposal] {
        var results: [EBSSnapshot.ID: SnapshotDisposal] = [:]
        for id in image.mappings.compactMap(\.snapshot) {
            guard let snapshot = snapshots[id], snapshot.state.isVisible else { continue }
            do throws(EC2Fault) {
                try checkDeletion(of: snapshot)
                remove(snapshot)
                results[id] = .success
            } catch {
                note(id.rawValue, "skipped: \(error)")
                results[id] = .skipped
            }
        }
        return results
    }

    /// DisableImage: it is kept but cannot be launched.
    ///
    /// Rule: AWS-127.
    package mutating func disableImage(_ id: Image.ID) throws(EC2Fault) {
        try call("DisableImage", on: id.rawValue) { ec2 throws(EC2Fault) in
            var image = try ec2.image(id)
            do throws(NotInState<ImageState>) { try image.state.disable() } catch {
                throw .noLongerAvailable(id)
            }
            ec2.images[id] = image
        }
    }

    /// EnableImage.
    package mutating func enableImage(_ id: Image.ID) throws(EC2Fault) {
        try call("EnableImage", on: id.rawValue) { ec2 throws(EC2Fault) in
            var image = try ec2.image(id)
            do throws(NotInState<ImageState>) { try image.state.enable() } catch {
                throw .noLongerAvailable(id)
            }
            ec2.images[id] = image
        }
    }

    /// EnableImageDeregistrationProtection and its opposite, which with a cool-down acts a day later.
    ///
    /// Rule: AWS-131.
    package mutating func setDeregistrationProtection(
        of id: Image.ID, _ isProtected: Bool, coolDown: Bool = false
    ) throws(EC2Fault) {
        let verb =
            isProtected ? "EnableImageDeregistrationProtection" : "DisableImageDeregistrationProtection"
        try call(verb, on: id.rawValue) { ec2 throws(EC2Fault) in
            var image = try ec2.image(id)
            if isProtected {
                image.hasProtectionCoolDown = coolDown
            } else if image.isDeregistrationProtected, image.hasProtectionCoolDown {
                image.protectedUntil = ec2.now + ec2.settings.timings.deregistrationCoolDown
            }
            image.isDeregistrationProtected = isProtected
            ec2.images[id] = image
        }
    }

    /// DescribeImages: one just deregistered is left out, and later not found.
    ///
    /// Rule: AWS-130.
    package func describeImages(_ ids: [Image.ID] = []) throws(EC2Fault) -> [Image] {
        var found: [Image] = []
        for id in ids { found.append(try image(id)) }
        if ids.isEmpty { found = Array(images.values) }
        // Whatever order was asked in. Rule: AWS-154.
        return found.filter(\.state.isRegistered).sorted { $0.id < $1.id }.map(\.shown)
    }
}
