extension String {
    /// Puts a text together of several, with room made for it once.
    ///
    /// - Complexity: linear in the length of all.
    package init(joining first: String, _ second: String, _ third: String = "") {
        self.init(joining: first.utf8.span, second.utf8.span, third.utf8.span)
    }

    /// Puts a text together of parts of others.
    ///
    /// - Complexity: linear in the length of all.
    package init(joining first: Span<UInt8>, _ second: Span<UInt8>, _ third: Span<UInt8>) {
        self = unsafe String(unsafeUninitializedCapacity: first.count + second.count + third.count) { text in
            for place in first.indices { unsafe text[place] = first[place] }
            let rest = text.extracting(first.count...)
            for place in second.indices { unsafe rest[place] = second[place] }
            let end = rest.extracting(second.count...)
            for place in third.indices { unsafe end[place] = third[place] }
            return first.count + second.count + third.count
        }
    }
}
