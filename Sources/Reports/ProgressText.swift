import Hypervisor
import LabCore
package import ScenarioRunner

/// Turns what happens in a run into what a reader sees meanwhile.
///
/// In a terminal every running flow has one line that is written anew; elsewhere each finished flow has a line of its own.
package struct ProgressText: Hashable, Sendable {
    private let style: TextStyle
    private let isLive: Bool
    private let showsSteps: Bool
    private let total: Int
    private var finished = 0
    /// The lines of running flows, by the flows' numbers.
    private var running: [Int: String] = [:]
    private var drawn = 0

    /// Begins to show a run.
    ///
    /// - Parameters:
    ///   - total: how many flows there are.
    ///   - style: whether colours are used, and how many columns there are.
    ///   - isLive: whether lines can be written anew, as in a terminal.
    ///   - showsSteps: whether each step has a line where lines cannot be written anew.
    package init(total: Int, style: TextStyle = TextStyle(), isLive: Bool = false, showsSteps: Bool = false) {
        self.total = total
        self.style = style
        self.isLive = isLive
        self.showsSteps = showsSteps
    }

    /// What is to be written now.
    package mutating func take(_ event: RunEvent) -> String {
        let line: String?
        switch event {
        case .began(let index, let flow):
            running[index] = "\(flow.name): making the machine"
            line = nil
        case .step(let index, let flow, let step):
            running[index] = "\(flow.name): \(step.number) \(step.summary)"
            line = showsSteps && !isLive ? "        \(flow.name): \(step.number) \(step.summary)" : nil
        case .removing(let index, let flow):
            running[index] = "\(flow.name): removing everything"
            line = nil
        case .finished(let index, let result):
            running[index] = nil
            finished += 1
            line = self.line(on: result)
        }
        guard isLive else { return line.map { $0 + "\n" } ?? "" }
        return erase() + (line.map { $0 + "\n" } ?? "") + draw()
    }

    /// What is to be written at the end, so that nothing of the running lines stays.
    package mutating func finish() -> String { isLive ? erase() : "" }

    private func line(on result: RunResult) -> String {
        let width = String(total).count
        let number = String(finished)
        let place = "[\(String(repeating: " ", count: max(0, width - number.count)))\(number)/\(total)]"
        let outcome = result.conclusion.outcome
        let grade = outcome == .passed ? result.verdict?.grade.map { " (\($0.rawValue))" } ?? "" : ""
        let time = result.milliseconds.map { " in \(Duration.milliseconds($0).inWords)" } ?? ""
        let word = style.paint(outcome.rawValue, outcome.colour)
        return "\(place) \(result.scenario) on \(result.platform): \(word)\(grade)\(time)"
    }

    private mutating func erase() -> String {
        defer { drawn = 0 }
        return drawn == 0 ? "" : "\u{1B}[\(drawn)A\u{1B}[J"
    }

    private mutating func draw() -> String {
        let lines = running.sorted { $0.key < $1.key }.map { TextStyle.cut($0.value, to: style.width - 1) }
        drawn = lines.count
        return lines.map { style.paint($0, .faint) + "\n" }.joined()
    }
}
