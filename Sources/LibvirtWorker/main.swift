#if Libvirt
    internal import LibvirtDriver

    // The worker as a program of its own, for programs that are not `belay`, such as tests.
    Worker.run(Array(CommandLine.arguments.dropFirst(2)))
#endif
