import LabCommands

@main
struct Belay {
    static func main() async { await BelayCommand.start() }
}
