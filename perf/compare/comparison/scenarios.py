"""The loads. Each is named, bounded, and the same for every peer."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scenario:
    """One load; `size` is in octets of content, `half_rate_of` names the load whose rate a latency run halves."""

    name: str
    title: str
    size: int
    sessions: int
    recipients: int = 1
    reuse: bool = True
    half_rate_of: str | None = None


SCENARIOS = {
    each.name: each
    for each in (
        Scenario("A", "2 KB, 100 sessions, connections reused", 2048, 100),
        Scenario("B", "2 KB, one message per connection, 20 sessions", 2048, 20, reuse=False),
        Scenario("C", "100 KB, 20 sessions", 102400, 20),
        Scenario("D", "2 KB to 50 recipients, 20 sessions", 2048, 20, recipients=50),
        Scenario("E", "2 KB, 100 sessions, half of A's rate", 2048, 100, half_rate_of="A"),
    )
}
