"""What a run aims at for one app, worked out under the lock: which artifact, which config, which deployment."""

from __future__ import annotations

import msgspec

from milepost.host.lifecycle.bench import Bench
from milepost.host.lifecycle.differences import tell_differences
from milepost.host.lifecycle.goal import Goal, Part
from milepost.host.lifecycle.going_back import dead_end
from milepost.host.lifecycle.live import GONE, Live, ask_health
from milepost.host.lifecycle.subject import Subject
from milepost.host.lifecycle.trials import on_trial
from milepost.host.lifecycle.weighing import tried
from milepost.sdk.errors import OperationError, RefusedError
from milepost.sdk.events import Decided, Warned
from milepost.sdk.record import Operation


def aim(bench: Bench, part: Part, subject: Subject, live: Live) -> Goal:
    """Return the goal with all that only the history could tell. Raises when there is nothing to aim at."""
    goal, verb = part.goal, part.request.verb
    if verb == "deploy" and goal.artifact_of is None:
        return msgspec.structs.replace(goal, artifact_of=newest_artifact(bench, subject))
    if verb == "release":
        return _aim_at_release(bench, part, subject, live)
    if verb == "redeploy":
        return msgspec.structs.replace(goal, artifact_of=_live(subject, live).id)
    if verb == "restart":
        deployment = _live(subject, live)
        tell_differences(bench, part, subject, deployment)
        restores = live.release.id if live.release else None
        return msgspec.structs.replace(goal, config_of=deployment.id, restores=restores)
    if verb == "rollback":
        return _aim_back(bench, part, subject, live)
    if verb == "destroy":
        return _aim_at_destruction(bench, part, subject, live)
    return goal


def _aim_at_release(bench: Bench, part: Part, subject: Subject, live: Live) -> Goal:
    """Aim at the deployment that was named, at that on trial, or at the newest; an abort aims at none."""
    goal, choices = part.goal, part.request.choices
    if choices.abort:
        return goal
    if choices.finish:
        return msgspec.structs.replace(goal, release=_on_trial(bench, subject, live, goal.release))
    return msgspec.structs.replace(goal, release=goal.release or newest_deployment(bench, subject).id)


def _on_trial(bench: Bench, subject: Subject, live: Live, named: str | None) -> str:
    """Return the deployment that gets a part of the traffic. Raises RefusedError if another one was named."""
    found = tried(bench, subject, live)
    if named not in (None, found):
        raise RefusedError(
            "another deployment gets a part of the traffic", hint="milepost release REF, without --finish"
        )
    return found


def _live(subject: Subject, live: Live) -> Operation:
    """Return the live deployment. Raises OperationError if there is none."""
    if live.deployment is None:
        raise OperationError(f"nothing of {subject.app.name} is live in {subject.workspace}", hint="milepost up")
    return live.deployment


def newest_artifact(bench: Bench, subject: Subject) -> str | None:
    """Return the id of the newest build or push of the app in this workspace; None for an app that needs none."""
    block = subject.app.build
    if block is None or (block.use is None and block.from_app is None):
        return None
    found = bench.history.operations(
        {
            "app": subject.app.name,
            "workspace": subject.workspace,
            # What was built and never pushed is not where the platform gets it.
            "stage": ("build", "push") if block.registry is None else "push",
            "status": "success",
        },
        limit=1,
    )
    if not found:
        raise OperationError(
            f"nothing of {subject.app.name} was built in {subject.workspace} yet",
            hint=f"milepost build {subject.app.name}",
        )
    return found[0].id


def newest_deployment(bench: Bench, subject: Subject) -> Operation:
    """Return the newest deployment that can be released."""
    for each in bench.history.deployments(subject.app.name, subject.workspace):
        if each.status == "success":
            return each
    raise OperationError(
        f"nothing of {subject.app.name} is deployed in {subject.workspace}",
        hint=f"milepost deploy {subject.app.name}",
    )


def still_releasable(subject: Subject, deployment: Operation) -> Operation:
    """Return the deployment if it may be released. Raises RefusedError."""
    why = None
    if deployment.status != "success":
        why = f"its deploy ended {deployment.status}"
    elif deployment.presence in GONE:
        why = f"it is {deployment.presence}"
    elif deployment.workspace != subject.workspace:
        why = f"it is of the workspace {deployment.workspace}, not of {subject.workspace}"
    if why is not None:
        raise RefusedError(f"{deployment.app}#{deployment.number} cannot be released: {why}")
    return deployment


def release_before(bench: Bench, subject: Subject, live: Live, back_to: int | None) -> Operation:
    """Return the release that a rollback restores. Raises OperationError if there is none."""
    releases = bench.history.operations(
        {
            "app": subject.app.name,
            "workspace": subject.workspace,
            "stage": "release",
            "status": ("success", "error", "cancelled"),
        }
    )
    # One whose check or hook failed afterwards was live all the same.
    releases = [each for each in releases if each.release is not None]
    if back_to is not None:
        found = next((each for each in releases if each.number == back_to), None)
        if found is None:
            raise OperationError(
                f"run #{back_to} released nothing of {subject.app.name} in {subject.workspace}", hint="milepost history"
            )
        return found
    before = live.release.previous if live.release else None
    found = next((each for each in releases if before is not None and each.target == before), None)
    if found is None:
        end = dead_end(live.release, bench.history) if live.release else None
        why = end.why if end else f"nothing of {subject.app.name} was live before in {subject.workspace}"
        raise OperationError(why, hint=end.hint if end else "")
    return found


def _aim_back(bench: Bench, part: Part, subject: Subject, live: Live) -> Goal:
    """Aim at the release before: its deployment if it still stands, else its artifact with its recorded config."""
    goal = part.goal
    if goal.may_stay:
        told = dead_end(live.release, bench.history).why if live.release else "nothing was live before"
        text = f"{told}; it stays as it is"
        bench.emit(Warned(at=bench.clock(), app=subject.app.name, text=text))
        return goal
    release = release_before(bench, subject, live, goal.back_to)
    deployment = bench.history.operation(release.target) if release.target else None
    if deployment is None:
        raise OperationError(f"the deployment of {release.app}#{release.number} is not in the history any more")
    tell_differences(bench, part, subject, deployment)
    why = _why_not_as_it_is(bench, subject, deployment)
    text = f"goes back to #{deployment.number}: " + (f"deploys it again, since {why}" if why else "as it stands")
    bench.emit(Decided(at=bench.clock(), app=subject.app.name, text=text))
    if why is None:
        return msgspec.structs.replace(goal, release=deployment.id, restores=release.id)
    return msgspec.structs.replace(goal, config_of=deployment.id, restores=release.id)


def _why_not_as_it_is(bench: Bench, subject: Subject, deployment: Operation) -> str | None:
    """Return why a deployment cannot be released again as it stands; None if it can."""
    if deployment.presence in GONE:
        return f"it is {deployment.presence}"
    health = ask_health(bench, subject, deployment)
    return None if health.name in ("ready", "parked") else f"it is {health.name}"


def _aim_at_destruction(bench: Bench, part: Part, subject: Subject, live: Live) -> Goal:
    """Aim at one deployment, or at all of the app; what is live must have been named as such."""
    goal = part.goal
    if goal.close:
        standing = bench.history.deployments(subject.app.name, subject.workspace)
        return msgspec.structs.replace(goal, destroy=tuple(each.id for each in standing))
    if live.deployment is not None and live.deployment.id in goal.destroy and not part.request.choices.live:
        raise RefusedError(
            f"{live.deployment.app}#{live.deployment.number} is live in {subject.workspace}",
            hint=f"milepost destroy {subject.app.name} -w {subject.workspace}",
        )
    if set(goal.destroy) & on_trial(bench, subject, live).keys():
        app, where = subject.app.name, subject.workspace
        raise RefusedError(f"it gets a part of the traffic of {app} in {where}", hint=f"milepost release {app} --abort")
    return goal
