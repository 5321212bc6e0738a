#if Libvirt
    internal import CLibvirt
    internal import CReaper
    internal import Foundation
    internal import Synchronization

    /// The process that holds the connection to libvirt for as long as the lab runs.
    ///
    /// It reads calls from standard input and writes answers to standard output, each a line of JSON.
    /// When its input ends, its driver is gone: it destroys the lab's domains and ends.
    package enum Worker {
        /// The hidden argument that makes a process a worker.
        package static let argument = "libvirt-worker"

        /// Turns the process into a worker under a reaping parent; never returns.
        ///
        /// Rule: LV-074.
        ///
        /// - Parameter arguments: the process's arguments after ``argument``: the address to open and the lab's root.
        package static func run(_ arguments: [String]) -> Never {
            guard arguments.count == 2 else { die("usage: \(argument) ADDRESS ROOT") }
            let error = creaper_split()
            guard error == 0 else { die("no reaping parent: error \(error)") }
            // A terminal's signals go to the whole session; the worker's life hangs on its input alone.
            _ = signal(SIGINT, SIG_IGN)
            _ = signal(SIGPIPE, SIG_IGN)
            let log = arguments[1] + "/libvirt.log"
            unsafe _ = setenv("LIBVIRT_LOG_OUTPUTS", "3:file:\(log)", 1)
            serve(address: arguments[0], root: arguments[1])
        }

        private static func serve(address: String, root: String) -> Never {
            let output = LineWriter()
            let session = Mutex<WorkerSession?>(nil)
            let decoder = JSONDecoder()
            while let line = readLine() {
                guard let request = try? decoder.decode(WorkerRequest.self, from: Data(line.utf8)) else {
                    die("not a call: \(line)")  // Driver and worker are one executable; anything else is a mistake.
                }
                if case .open = request.call {
                    output.write(
                        answer(to: request.id) { () throws(LibvirtError) in
                            let opened = try WorkerSession(opening: address, root: root, output: output)
                            session.withLock { $0 = opened }
                            return try opened.versions()
                        })
                    continue
                }
                if case .leave = request.call { exit(0) }
                guard let opened = session.withLock({ $0 }) else { die("a call before the connection was opened") }
                // A call can block for as long as a guest does, and must not hold up a call that would end it.
                Thread.detachNewThread {
                    output.write(answer(to: request.id) { () throws(LibvirtError) in try opened.make(request.call) })
                }
            }
            session.withLock { $0 }?.destroyDomains(of: root)
            exit(0)
        }

        private static func answer(
            to id: Int, _ body: () throws(LibvirtError) -> WorkerAnswer
        ) -> WorkerLine {
            do throws(LibvirtError) {
                return .answer(id: id, try body())
            } catch {
                return .failure(id: id, error)
            }
        }

        private static func die(_ reason: String) -> Never {
            FileHandle.standardError.write(Data("\(argument): \(reason)\n".utf8))
            exit(2)
        }
    }

    /// Standard output, one whole line at a time.
    final class LineWriter: Sendable {
        private let encoder = Mutex(JSONEncoder())

        func write(_ line: WorkerLine) {
            encoder.withLock { encoder in
                // What cannot be encoded or written has nobody left to read it; the end of the input follows.
                guard var bytes = try? encoder.encode(line) else { return }
                bytes.append(UInt8(ascii: "\n"))
                try? FileHandle.standardOutput.write(contentsOf: bytes)
            }
        }
    }
#endif
