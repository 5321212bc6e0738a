internal import CReaper
internal import Foundation
package import Hypervisor
internal import Synchronization

/// The driver's end of its worker: sends calls, hands answers to those who wait, and tells when the worker is gone.
package final class WorkerProcess: Sendable {
    /// Why a call came to nothing.
    package enum Failure: Error, Hashable, Sendable {
        /// libvirt refused it.
        case libvirt(LibvirtError)
        /// The worker ended; nobody knows whether the call was made.
        case gone
    }

    /// Something that happened to a domain, by libvirt's numbers.
    package struct LifecycleEvent: Hashable, Sendable {
        package var domain: String
        package var event: Int
        package var detail: Int
    }

    private typealias Waiter = CheckedContinuation<Result<WorkerAnswer, Failure>, Never>

    private struct State {
        var nextID = 1
        var waiters: [Int: Waiter] = [:]
        var isGone = false
        var isClosed = false
    }

    /// The process id of the worker's reaping parent.
    package let process: Int32
    private let channel: CInt
    private let state = Mutex(State())
    private let ended = Mutex<(isEnded: Bool, waiters: [CheckedContinuation<Void, Never>])>((false, []))

    /// Starts a worker.
    ///
    /// - Parameters:
    ///   - command: the path of the executable that becomes the worker.
    ///   - address: the address that the worker opens.
    ///   - claim: the lab's root, which the worker holds as well; its standard error goes to a file there.
    ///   - observe: is told what happens to domains, on a thread of the link.
    /// - Throws: a refusal of the kind `lab` when there is no such executable or no more processes.
    package init(
        command: String, address: String, claim: ClaimedRoot, observe: @escaping @Sendable (LifecycleEvent) -> Void
    ) throws(Refusal) {
        var ends: [CInt] = [-1, -1]
        let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw Refusal(.lab, code: "NoWorker", message: "no sockets: error \(errno)")
        }
        let log = unsafe open(claim.root.path + "/worker.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        defer {
            _ = Glibc.close(ends[1])
            if log >= 0 { _ = Glibc.close(log) }
        }
        let started = HostProgram.spawn(
            [command, "libvirt-worker", address, claim.root.path], input: ends[1], output: ends[1],
            errors: log >= 0 ? log : STDERR_FILENO, kept: claim.lock, ownSession: true)
        switch started {
        case .success(let process): self.process = process
        case .failure(let error):
            _ = Glibc.close(ends[0])
            throw Refusal(.lab, code: "NoWorker", message: "cannot start \(command): error \(error.number)")
        }
        channel = ends[0]
        Thread.detachNewThread { [self] in read(observe) }
    }

    /// Makes a call and waits for its answer, however long it takes.
    package func call(_ call: WorkerCall) async throws(Failure) -> WorkerAnswer {
        let result = await withCheckedContinuation { (waiter: Waiter) in
            let isGone = state.withLock { state in
                guard !state.isGone, !state.isClosed else { return true }
                let request = WorkerRequest(id: state.nextID, call: call)
                state.nextID += 1
                // A call is made of texts and numbers, which always encode.
                guard var line = try? JSONEncoder().encode(request) else { return true }
                line.append(UInt8(ascii: "\n"))
                state.waiters[request.id] = waiter
                send(line)
                return false
            }
            if isGone { waiter.resume(returning: .failure(.gone)) }
        }
        return try result.get()
    }

    /// Tells the worker to end, without waiting for it.
    package func finish() {
        state.withLock { state in
            guard !state.isClosed else { return }
            state.isClosed = true
            _ = shutdown(channel, CInt(SHUT_WR))
        }
    }

    /// Ends the worker, which removes the lab's domains, and waits until it is gone.
    package func close() async {
        finish()
        await withCheckedContinuation { waiter in
            let isEnded = ended.withLock { ended in
                if !ended.isEnded { ended.waiters.append(waiter) }
                return ended.isEnded
            }
            if isEnded { waiter.resume() }
        }
    }

    private func send(_ line: Data) {
        var rest = line[...]
        while !rest.isEmpty {
            // A worker that is gone is noticed by the reader; no signal is wanted for it.
            let sent = unsafe rest.withUnsafeBytes { bytes in
                unsafe Glibc.send(channel, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL))
            }
            if sent < 0, errno == EINTR { continue }
            guard sent > 0 else { return }
            rest = rest.dropFirst(sent)
        }
    }

    private func read(_ observe: @Sendable (LifecycleEvent) -> Void) {
        let decoder = JSONDecoder()
        var buffer = Data()
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe recv(channel, &chunk, chunk.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            buffer.append(contentsOf: chunk[..<count])
            while let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let line = buffer[buffer.startIndex..<end]
                buffer = Data(buffer[(end + 1)...])
                // Driver and worker are one executable; a line that is none can only come from a library's print.
                guard let line = try? decoder.decode(WorkerLine.self, from: line) else { continue }
                take(line, observe)
            }
        }
        let waiters = state.withLock { state in
            state.isGone = true
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume(returning: .failure(.gone)) }
        _ = creaper_wait(process)
        _ = Glibc.close(channel)
        let enders = ended.withLock { ended in
            ended.isEnded = true
            defer { ended.waiters = [] }
            return ended.waiters
        }
        for ender in enders { ender.resume() }
    }

    private func take(_ line: WorkerLine, _ observe: @Sendable (LifecycleEvent) -> Void) {
        switch line {
        case .answer(let id, let answer): waiter(of: id)?.resume(returning: .success(answer))
        case .failure(let id, let error): waiter(of: id)?.resume(returning: .failure(.libvirt(error)))
        case .event(let domain, let event, let detail):
            observe(LifecycleEvent(domain: domain, event: event, detail: detail))
        }
    }

    private func waiter(of id: Int) -> Waiter? { state.withLock { $0.waiters.removeValue(forKey: id) } }
}
