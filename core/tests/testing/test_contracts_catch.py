"""The contracts catch what they are for: plugins that are wrong in one way each fail the test about it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from milepost.testing.project import write_files

WRONG = {
    f"test_{name}": Path(__file__).with_name(name).read_text()
    for name in ("wrong_plugins.py", "wrong_finders.py", "wrong_sources.py")
}

CAUGHT = {
    "NoEvidence": "a_failed_deploy_leaves_evidence_and_after_destroy_nothing",
    "NothingIntended": "what_is_saved_is_enough_to_find_it_again",
    "DestroyOnce": "destroy_removes_all_and_a_second_one_is_no_error",
    "DestroyByStateOnly": "a_deploy_that_died_at_any_point_can_be_destroyed",
    "LostIsDown": "a_lost_deployment_is_missing_and_can_be_destroyed",
    "SwallowsCancel": "a_deploy_cancelled_at_any_point_can_be_destroyed",
    "CancelIsNotReady": "a_cancel_ends_the_wait_for_readiness",
    "SaysSecret": "a_secret_is_in_nothing_that_is_shown_or_kept",
    "OffersTooMuch": "the_offer_is_sound_and_says_what_the_class_can_do",
    "StartsTooEarly": "a_deploy_that_starts_at_release_only_prepares[stop-first]",
    "TaskAlwaysWorks": "a_task_runs_to_its_end_and_its_failure_is_told",
    "FindsAll": "find_returns_what_carries_the_labels_and_no_more",
    "LosesParked": "find_returns_what_is_parked_and_nothing_that_was_destroyed",
    "FindsByNameOnly": "what_was_found_can_be_destroyed_without_its_record",
    "AdoptsHalves": "what_a_dead_deploy_left_is_found_and_can_be_destroyed_or_adopted_whole",
    "ForgetsTheArtifact": "a_deployment_can_be_adopted_by_what_was_found_of_it",
    "NoCompare": "a_wrong_claim_of_what_is_live_changes_nothing[nothing]",
    "UrlMoves": "a_release_takes_over_from_the_one_before",
    "OneRouteForAll": "another_app_workspace_or_project_has_a_route_of_its_own[other0]",
    "DestroyKeepsRoute": "destroy_closes_the_app_and_a_second_one_is_no_error",
    "TimeIsContent": "the_same_content_has_the_same_digest",
    "MtimeIsContent": "times_and_places_are_no_content",
    "WritesIntoTheSource": "the_folder_of_the_app_is_only_read",
    "BugAsFailure": "a_build_that_fails_says_so_as_an_error_of_the_operation",
    "OtherDigest": "what_was_pushed_is_the_same_artifact",
    "CopyIsALink": "a_copy_outlives_what_it_was_copied_from",
    "LacksSilently": "a_pushed_artifact_is_there_until_it_is_deleted",
    "AnswersBackwards": "each_request_is_answered_in_its_order",
    "RaisesForOne": "a_value_that_is_not_there_is_missing_and_the_others_are_found",
    "TellsTheValue": "no_answer_tells_a_value_besides_the_value",
}
"""Which test, of all, each wrong plugin must fail."""


@pytest.fixture(scope="module")
def failures(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The tests that failed, as `Class::test`."""
    folder = write_files(tmp_path_factory.mktemp("wrong"), {**WRONG, "pytest.ini": "[pytest]\n"})
    chosen = [f"{_file(wrong)}::Test{wrong}::test_{test}" for wrong, test in CAUGHT.items()]
    argv = (sys.executable, "-m", "pytest", "-q", "-rf", "--tb=no", "-p", "no:cacheprovider", "-p", "no:randomly")
    done = subprocess.run((*argv, *chosen), cwd=folder, capture_output=True, text=True, check=False)
    lines = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("FAILED")]
    assert lines, done.stdout + done.stderr
    return {line.partition("::")[2] for line in lines}


def _file(wrong: str) -> str:
    """Return the file in which a wrong plugin stands."""
    return next(name for name, text in WRONG.items() if f"class Test{wrong}(" in text)


@pytest.mark.parametrize("wrong", sorted(CAUGHT))
def test_a_plugin_that_is_wrong_fails_the_test_about_it(failures: set[str], wrong: str) -> None:
    assert f"Test{wrong}::test_{CAUGHT[wrong]}" in failures
