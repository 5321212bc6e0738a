extension String {
    /// Puts a text together of several, with room made for it once.
    ///
    /// - Complexity: linear in the length of all.
    package init(joining first: String, _ second: String, _ third: String = "") {
        let parts = (first.utf8.span, second.utf8.span, third.utf8.span)
        let (two, all) = (parts.0.count + parts.1.count, parts.0.count + parts.1.count + parts.2.count)
        self = unsafe String(unsafeUninitializedCapacity: all) { text in
            for place in parts.0.indices { unsafe text[place] = parts.0[place] }
            for place in parts.1.indices { unsafe text[parts.0.count + place] = parts.1[place] }
            for place in parts.2.indices { unsafe text[two + place] = parts.2[place] }
            return all
        }
    }
}
