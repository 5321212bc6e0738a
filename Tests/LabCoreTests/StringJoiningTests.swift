import LabCore
import Testing

@Suite struct StringJoiningTests {
    @Test(
        "texts are put together in their order, with nothing between them",
        arguments: [
            ("", "", ""), ("a", "b", "c"), ("", "b", ""),
            ("Checkpoint-VM", " -> ", "0A1B2C3D-0000-4000-8000-000000000000"),
            ("é", "日本", "🗻"),
        ])
    func inOrder(first: String, second: String, third: String) {
        #expect(String(joining: first, second, third) == first + second + third)
        #expect(String(joining: first, second) == first + second)
    }
}
