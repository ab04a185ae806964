"""Workers: a plugin's role with its config, ready to do what it is for, today's or that of a record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, cast

from milepost.host.lifecycle.bench import Bench
from milepost.host.plugins.catalog import Entry
from milepost.host.plugins.faults import blame
from milepost.host.plugins.load import Offered
from milepost.host.recording import Source, convert, record_config, recorded_config, recorded_state
from milepost.sdk.config import PluginConfig, PluginState
from milepost.sdk.deployment import Recorded
from milepost.sdk.errors import OperationError
from milepost.sdk.hooks import API
from milepost.sdk.offer import BuilderOffer, PlatformOffer, RegistryOffer, ReleaserOffer
from milepost.sdk.record import Operation, PluginStamp

if TYPE_CHECKING:
    from milepost.host.project.scope import Scope
    from milepost.host.project.stages import Use

RoleName = Literal["builder", "registry", "platform", "releaser"]
AnyOffer = BuilderOffer | RegistryOffer | PlatformOffer | ReleaserOffer
RoleT = TypeVar("RoleT")


@dataclass(frozen=True, kw_only=True)
class Worker(Generic[RoleT]):
    """One role of one plugin, made with its config."""

    entry: Entry
    offer: AnyOffer
    config: PluginConfig
    role: RoleT

    @property
    def stamp(self) -> PluginStamp:
        """What a record says of the plugin."""
        entry = self.entry
        return PluginStamp(
            role=entry.role,
            word=entry.word,
            distribution=entry.distribution,
            version=entry.version,
            api=str(API),
        )

    @property
    def builder_offer(self) -> BuilderOffer:
        """The offer of a builder."""
        return cast(BuilderOffer, self.offer)

    @property
    def platform_offer(self) -> PlatformOffer:
        """The offer of a platform."""
        return cast(PlatformOffer, self.offer)


def config_of(bench: Bench, role: RoleName, use: Use, scope: Scope) -> tuple[Offered[Any], PluginConfig]:
    """Return what is offered for a `use` block and its config; the class that does the work is not loaded."""
    from milepost.host.project.fields import decode  # noqa: PLC0415 - those who go by records read no block

    offered = bench.plugins.offer(role, use.word)
    return offered, decode(use, offered.offer.config, scope)


def todays(bench: Bench, role: RoleName, use: Use, scope: Scope) -> Worker[Any]:
    """Return the worker that the project file asks for."""
    offered, config = config_of(bench, role, use, scope)
    return hire(offered, config)


def default_releaser(bench: Bench, platform: Worker[Any]) -> Worker[Any] | None:
    """Return the releaser that the platform brings along; None if it brings none."""
    default = platform.platform_offer.releaser_for(platform.config, bench.environment)
    if default is None:
        return None
    offered = bench.plugins.offer("releaser", default.word)
    return hire(offered, convert(default.config, offered.offer.config))


def of_record(bench: Bench, operation: Operation, today: Worker[Any] | None, read: Source) -> Worker[Any]:
    """Return the worker that carried out a recorded operation, with its recorded config and today's credentials.

    Raises PluginNotFoundError when the plugin is gone, OperationError when a secret is.
    """
    stamp = operation.plugin
    if stamp is None or operation.config is None:
        raise OperationError(f"operation {operation.id} has no recorded plugin")
    offered = bench.plugins.offer(cast(RoleName, stamp.role), f"{stamp.distribution}:{stamp.word}")
    same = today.config if today is not None and today.entry.word == stamp.word else None
    config = recorded_config(operation.config, offered.offer.config, same, read)
    return hire(offered, _settled(offered, config, operation))


def _settled(offered: Offered[Any], config: PluginConfig, operation: Operation) -> PluginConfig:
    """Return the config that leads to where a recorded deployment is, wherever the environment points today."""
    offer = offered.offer
    settle = offer.settled if isinstance(offer, PlatformOffer) else None
    if settle is None or operation.state is None:
        return config
    with blame(offered.entry, "finding its place again"):
        settled: PluginConfig = settle(config, recorded_state(operation.state, offer.state))
    return settled


def hire(offered: Offered[Any], config: PluginConfig) -> Worker[Any]:
    """Return the worker for an offer and its config; this is where a vendor's SDK may be imported."""
    with blame(offered.entry, f"loading its {offered.entry.role}"):
        role = offered.offer.load()(config)
    return Worker(entry=offered.entry, offer=offered.offer, config=config, role=role)


def config_document(bench: Bench, worker: Worker[Any]) -> dict[str, Any]:
    """Return the worker's config as a record keeps it."""
    return record_config(worker.config, bench.key)


def recorded_of(operation: Operation, worker: Worker[Any]) -> Recorded[Any]:
    """Return what a plugin gets back of an operation of its own."""
    offer = cast("PlatformOffer | ReleaserOffer", worker.offer)
    state: PluginState | None = recorded_state(operation.state, offer.state)
    return Recorded(
        operation=operation.id,
        state=state,
        resources=operation.resources,
        artifact=operation.artifact,
        deployment=operation.deployment,
    )
