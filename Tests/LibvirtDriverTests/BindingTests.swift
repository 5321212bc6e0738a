@testable import LibvirtDriver
