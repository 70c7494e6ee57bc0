//! How often each service is asked: below what it documents, so that what others do with the same account has a place.

use super::gcra::Limit;
use crate::outbound::providers::ProviderName;

/// The limits of one service. With a burst `b` and an interval `i`, at most `b + t / i` requests are sent in any time `t`.
#[derive(Debug, Clone, Copy)]
pub struct Quotas {
    /// Of all connections together.
    pub app: Limit,
    /// Of one connection. What its answers say of their limit makes it slower, never faster.
    pub connection: Limit,
    /// Of what reads, and of what writes, of one connection.
    pub reads: Limit,
    pub writes: Limit,
}

/// Of one person, at all services. Nobody documents that; it keeps one of many people from using the whole.
pub const PERSON: Limit = per_second(20, 1_000);

const fn every(milliseconds: i64, burst: i64) -> Limit {
    Limit { interval: milliseconds * 1_000, burst }
}

const fn per_second(rate: i64, burst: i64) -> Limit {
    Limit { interval: 1_000_000 / rate, burst }
}

/// <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>: 5,000 requests an hour for a token of a
/// person; 900 points a minute, of which reading is one; 80 requests a minute that make content, which are to be a second apart.
const GITHUB: Quotas =
    Quotas { app: per_second(100, 500), connection: every(800, 500), reads: every(75, 100), writes: every(1_000, 20) };

/// <https://developer.todoist.com/api/v1/#tag/Request-limits>: 1,000 requests in 15 minutes, of which 100 for everything.
const TODOIST: Quotas =
    Quotas { app: per_second(100, 500), connection: every(1_000, 100), reads: every(1_000, 100), writes: every(1_000, 90) };

/// <https://learn.microsoft.com/en-us/graph/throttling-limits>: 10,000 requests in 10 minutes for an application and a mailbox, and
/// 130,000 in 10 seconds for an application.
const MICROSOFT_TODO: Quotas = Quotas {
    app: per_second(1_000, 1_000),
    connection: per_second(15, 1_000),
    reads: per_second(15, 900),
    writes: per_second(5, 300),
};

/// Nothing is documented; these servers are small, and tell by 429 or 503 when it is too much.
const CALDAV: Quotas = Quotas {
    app: per_second(200, 1_000),
    connection: per_second(10, 500),
    reads: per_second(10, 500),
    writes: per_second(5, 300),
};

/// Those of one service.
pub const fn of(provider: ProviderName) -> &'static Quotas {
    match provider {
        ProviderName::Github => &GITHUB,
        ProviderName::Todoist => &TODOIST,
        ProviderName::MicrosoftTodo => &MICROSOFT_TODO,
        ProviderName::Caldav => &CALDAV,
    }
}
