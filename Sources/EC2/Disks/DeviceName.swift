/// The grammar of the names under which a volume can be attached.
///
/// `/dev/sdf` and `/dev/xvdf` are different names, though a guest may map both to one letter. Rule: AWS-076.
package enum DeviceName {
    /// Whether an instance with hardware virtualisation takes the name; the names that NVMe guests show are not valid.
    ///
    /// Rule: AWS-075.
    package static func isValid(_ name: String) -> Bool {
        let short = name.hasPrefix("/dev/") ? String(name.dropFirst(5)) : name
        if short == "sda1" { return true }
        let isLetter = { (letter: Character) in ("a"..."z").contains(letter) }
        if name.hasPrefix("/dev/sd") || short == name && name.hasPrefix("sd") {
            return short.count == 3 && short.dropFirst(2).allSatisfy(isLetter)
        }
        guard short.hasPrefix("xvd") else { return false }
        let letters = Array(short.dropFirst(3))
        guard letters.allSatisfy(isLetter) else { return false }
        return letters.count == 1 || letters.count == 2 && "bcd".contains(letters[0])
    }
}
