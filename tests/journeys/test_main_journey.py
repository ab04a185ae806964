"""The main job on a small web app: up, change, up, back, further back, gone."""

from __future__ import annotations

from tests.journeys.place import Place, fetch, text_of


def change(place: Place, greeting: str) -> None:
    """Have the example greet otherwise."""
    program = place.folder / "server.py"
    program.write_text(program.read_text().replace("{GREETING}, {self", f"{greeting}, {{self"))


def test_the_url_of_an_up_answers_with_what_is_in_the_folder(hello: Place) -> None:
    document = hello.up()
    assert text_of(document["urls"][0] + "/ada") == "Hello, ada!\n"


def test_an_up_of_the_same_files_changes_nothing(hello: Place) -> None:
    first = hello.up()
    running = hello.running()
    second = hello.up()
    assert second["run"]["status"] == "unchanged"
    assert [each["status"] for each in second["operations"]] == ["success", "unchanged", "unchanged"]
    assert second["operations"][2]["same_as"] == first["operations"][2]["id"]
    assert hello.running() == running


def test_each_rollback_goes_further_back_and_up_forward_again(shop: Place) -> None:
    url = ""
    for version in ("one", "two", "three"):
        shop.write(version__txt=version)
        url = shop.up()["urls"][0]
        assert text_of(url) == version
    for version in ("two", "one"):
        assert shop.json("rollback")["urls"][0] == url
        assert text_of(url) == version
    shop.up()
    assert text_of(url) == "three"


def test_history_tells_each_run_and_destroy_leaves_nothing(shop: Place) -> None:
    url = shop.up()["urls"][0]
    shop.write(version__txt="two")
    shop.up()
    shop.json("rollback")
    shop.run("destroy", "--all", "--yes")
    runs = shop.json("history")["runs"]
    assert [(each["number"], each["verb"], each["status"]) for each in runs] == [
        (4, "destroy", "success"),
        (3, "rollback", "success"),
        (2, "up", "success"),
        (1, "up", "success"),
    ]
    assert fetch(url)[0] == 0
    assert shop.running() == []
    assert list(shop.state.glob("plugins/milepost-local/deployments/*")) == []
