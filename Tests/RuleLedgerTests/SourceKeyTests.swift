import RuleLedger
import Testing

@Suite("The keys of sources")
struct SourceKeyTests {
    private static let keys = SourceKeys(
        in: """
            | key | page |
            | --- | --- |
            | ERR | https://example.org/errors.html |
            | [snap] | https://example.org/snap |
            | UG:{page} | https://example.org/guide/{page} |
            | gh:{owner}/{name}#{number} | https://github.com/{owner}/{name}/issues/{number} |
            | J:VM/{verb} | https://example.org/machine/{verb} |
            | J:{page} | https://example.org/json/{page} |

            | other | page |
            | --- | --- |
            | NOT | a source |
            """)

    @Test(
        "a key becomes its page, and everything else stays",
        arguments: [
            ("ERR , UG:stop.html", "https://example.org/errors.html , https://example.org/guide/stop.html"),
            ("[snap], [snap]; recorded", "https://example.org/snap, https://example.org/snap; recorded"),
            ("gh:one/two#34, O", "https://github.com/one/two/issues/34, O"),
            ("`J:VM/Clone`", "`https://example.org/machine/Clone`"),
            ("J:start", "https://example.org/json/start"),
            ("https://example.com/a.html", "https://example.com/a.html"),
            ("ERRORS UG: NOT", "ERRORS UG: NOT"),
            ("", ""),
        ])
    func resolving(source: String, resolved: String) {
        #expect(Self.keys.resolve(source) == resolved)
    }
}
