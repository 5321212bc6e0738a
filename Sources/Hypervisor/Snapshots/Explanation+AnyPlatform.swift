import LabCore

extension Explanation {
    /// What accounts for differences on any platform: the machine's power, the disks that were left out, and the software.
    ///
    /// A platform's own explanations come first; these say what follows from the scenario and from the appliance alone.
    public static let onAnyPlatform: [Explanation] = machineWasOff + rootLeftOut + dataLeftOut + outside + appliances

    /// What only a running machine has.
    private static let machineWasOff = [Fact.service, .maintenance, .jobs, .stuckJobs, .openRecords, .bootID].map {
        Explanation(
            $0, [.changed, .lost], nil,
            "The machine was off when the snapshot was taken, and only one that runs has this.",
            when: [.wasOn(false)])
    }

    /// What stays new when the root disk is not brought back.
    private static let rootLeftOut =
        [Fact.program, .version, .configuration, .fileSystem(.root)].map {
            Explanation(
                $0, [.changed, .lost, .corrupt], nil,
                "The root disk was not brought back: what is on it is as the upgrade left it.",
                when: [.bringsBack(.root, false)])
        }
        + [
            Explanation(
                .service, [.changed, .lost], nil,
                "The data came back and the program did not: they do not fit together.",
                when: [.bringsBack(.root, false), .differs(.version, true)]),
            Explanation(
                .firewallRules, [.changed, .lost], "GHES-018",
                "The upgrade dropped the firewall rules, and the root disk that had held them was not brought back.",
                when: [.bringsBack(.root, false), .appliance(.gitHubEnterpriseServer)]),
            Explanation(
                .service, [.changed, .lost], "GHES-021",
                "Only root and data disk of one moment bring a feature upgrade back.",
                when: [
                    .bringsBack(.root, false), .appliance(.gitHubEnterpriseServer), .differs(.version, true),
                ]),
        ]

    /// What stays new when the snapshot holds the data disk and the way back leaves it out.
    private static let dataLeftOut =
        [Fact.schema, .data, .records, .looseFiles, .database, .fileSystem(.data)].map {
            Explanation(
                $0, [.changed, .lost, .corrupt], nil,
                "The data disk was not brought back: what is on it is as the upgrade left it.",
                when: [.holds(.data, true), .bringsBack(.data, false)])
        }
        + [
            Explanation(
                .configuration, [.changed, .lost], "GHES-002",
                "Settings are on the data disk, which was not brought back.",
                when: [.holds(.data, true), .bringsBack(.data, false), .appliance(.gitHubEnterpriseServer)]),
            Explanation(
                .service, [.changed, .lost], nil,
                "The program came back and the data did not: they do not fit together.",
                when: [.holds(.data, true), .bringsBack(.data, false), .differs(.schema, true)]),
            Explanation(
                .service, [.changed, .lost], "GHES-021",
                "Only root and data disk of one moment bring a feature upgrade back.",
                when: [
                    .holds(.data, true), .bringsBack(.data, false), .appliance(.gitHubEnterpriseServer),
                    .differs(.schema, true),
                ]),
        ]

    /// What lives outside the machine, where none of its snapshots reaches.
    private static let outside =
        [Fact.schema, .data, .records].map {
            Explanation(
                $0, [.changed, .lost, .corrupt], "CCI-002",
                "The database is outside the machine and in none of its snapshots: it is where the upgrade left it.",
                when: [.externalDatabase(true)])
        }
        + [
            Explanation(
                .service, [.changed, .lost], "CCI-002",
                "The program came back and the database outside the machine did not: they do not fit together.",
                when: [.externalDatabase(true), .differs(.schema, true)]),
            Explanation(
                .danglingLinks, [.changed], "CCI-005",
                "Objects are kept outside the machine and in none of its snapshots: records and objects part.",
                when: [.remoteObjects(true)]),
        ]
        + [
            Explanation(
                .clonesAhead, [.changed, .lost], "GHES-026",
                "Users keep what they pushed in clones of their own, which no revert reaches.",
                when: [.appliance(.gitHubEnterpriseServer)]),
            Explanation(
                .servedBy, [.changed], "GHES-023", "The replica was promoted and serves the users now.",
                when: [.appliance(.gitHubEnterpriseServer)]),
        ]
        + [Fact.replicaRecords, .replicaSchema].map {
            Explanation(
                $0, [.changed, .lost], "GHES-022",
                "The replica is another machine: it has what it took over while it followed.")
        }

    /// What the software makes of a new place.
    private static let appliances = [
        Explanation(
            .stuckJobs, [.changed], "CCI-013", "A build that was half done at the snapshot shows as running for ever.",
            when: [.appliance(.circleCIServices), .memory(false)]),
        Explanation(
            .service, [.changed, .lost], "CCI-010",
            "The addresses in the configuration are those of the machine that the snapshot was taken of.",
            when: [.appliance(.circleCIServices), .differs(.privateAddress, true)]),
        Explanation(
            .configuredAddress, [.changed], "CCI-010",
            "The new addresses were put into the configuration, as they must be after a restore.",
            when: [.appliance(.circleCIServices)]),
    ]
}
