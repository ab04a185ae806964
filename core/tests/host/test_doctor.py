"""The doctor: what is missing, and what to do about it; it changes nothing."""

from __future__ import annotations

from core.tests.host.lifecycle.real import RealShop
from milepost.host.doctor import Finding, doctor, plugin_findings
from milepost.testing.distribution import write_distribution


def problems(findings: tuple[Finding, ...]) -> list[str]:
    return [each.what for each in findings if each.level == "problem"]


def test_where_all_is_well_it_says_what_it_looked_at_and_makes_nothing(real: RealShop) -> None:
    findings = doctor(real.host())
    assert problems(findings) == []
    assert any(each.what == "project shop, apps web" for each in findings)
    assert not (real.root / "state").exists()


def test_a_mistake_in_the_project_file_has_its_place(real: RealShop) -> None:
    real.write(config='nte = "x"')
    (found,) = problems(doctor(real.host()))
    assert found.startswith("milepost.hcl:")


def test_a_folder_that_cannot_be_made_is_a_problem_with_what_to_set(real: RealShop) -> None:
    (real.root / "file").write_text("")
    real.environment["MILEPOST_STATE"] = str(real.root / "file" / "state")
    (found,) = [each for each in doctor(real.host()) if "state folder" in each.what]
    assert found.level == "problem"
    assert "MILEPOST_STATE" in found.hint


def test_what_was_interrupted_is_one_warning_however_much_of_it_was(real: RealShop) -> None:
    from core.tests.waiting import until

    real.write(build='use "fake" { hang = "build" }')
    process = real.start("up")
    assert until(real.operations)
    process.kill()
    process.wait()
    found = [each.what for each in doctor(real.host()) if each.level == "warning"]
    assert found.count("#1 was interrupted") == 1


def test_without_git_it_says_what_is_lost(real: RealShop) -> None:
    real.environment["PATH"] = str(real.root)
    assert any("git was not found" in each.what for each in doctor(real.host()))


def test_each_plugin_is_tried_in_a_process_of_its_own(real: RealShop) -> None:
    groups = {"milepost.v1.builder": {"exits": "milepost_exits"}}
    source = "import os\nprint('so long')\nos._exit(3)\n"
    write_distribution(real.site, "milepost-exits", "1.0", groups, {"milepost_exits.py": source})
    findings = {each.what.split(":")[0]: each for each in plugin_findings(real.host())}
    assert findings["platform fake"].level == "ok"
    assert findings["builder exits"].level == "problem"
