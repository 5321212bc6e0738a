import Hypervisor
package import ScenarioRunner

/// Results in the form that continuous integration reads: a suite for each platform, a case for each scenario.
package enum JUnitReport {
    /// The report as XML.
    package static func text(of results: [RunResult]) -> String {
        let table = ResultTable(results)
        var xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites\(counts(results))>\n"
        for platform in table.platforms {
            let own = results.filter { $0.platform == platform }
            xml += "  <testsuite name=\"\(platform.rawValue.escapedForXML)\"\(counts(own))>\n"
            xml += own.map(testCase).joined()
            xml += "  </testsuite>\n"
        }
        return xml + "</testsuites>\n"
    }

    private static func counts(_ results: [RunResult]) -> String {
        let count = { (outcomes: [RunOutcome]) in results.count { outcomes.contains($0.conclusion.outcome) } }
        return " tests=\"\(results.count)\" failures=\"\(count([.failed]))\" errors=\"\(count([.errored]))\""
            + " skipped=\"\(count([.unsupported, .excluded, .notRun]))\""
    }

    private static func testCase(_ result: RunResult) -> String {
        let time = result.milliseconds.map { " time=\"\($0 / 1000).\(String($0 % 1000 + 1000).dropFirst())\"" } ?? ""
        let head =
            "    <testcase classname=\"\(result.platform.rawValue.escapedForXML)\" name=\"\(result.scenario.escapedForXML)\""
            + " file=\"\(result.file.escapedForXML)\"\(time)"
        let outcome = result.conclusion.outcome
        let message = result.conclusion.reasons.first?.sentence.escapedForXML ?? ""
        let word = outcome.rawValue.escapedForXML
        switch outcome {
        case .passed:
            guard let grade = result.verdict?.grade else { return head + "/>\n" }
            return head + ">\n      <system-out>\(grade.rawValue)</system-out>\n    </testcase>\n"
        case .failed, .errored:
            let element = outcome == .failed ? "failure" : "error"
            let text = FailureReport.text(of: [result]).escapedForXML
            return head
                + ">\n      <\(element) type=\"\(word)\" message=\"\(message)\">\(text)</\(element)>\n    </testcase>\n"
        case .unsupported, .excluded, .notRun:
            return head + ">\n      <skipped message=\"\(word): \(message)\"/>\n    </testcase>\n"
        }
    }
}

extension String {
    /// The text as XML holds it; characters that XML cannot hold are replaced.
    fileprivate var escapedForXML: String {
        var result = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            case "\u{0}"..<" ", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
