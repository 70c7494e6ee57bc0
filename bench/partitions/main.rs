//! A Monday of many people on the client's own emulator, and how its load falls on the partitions.
//!
//! `cargo bench --profile dev --bench partitions -- users=1000 partitions=20 seed=1`. The same seed gives the same table,
//! but for the time it took. docs/SCALE.md says what follows from it.

mod day;
#[path = "../../src/store/cosmos/emulator.rs"]
#[expect(clippy::expect_used, reason = "it belongs to the tests, which may panic")]
mod emulator;
mod meter;
mod report;
mod world;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use anyhow::Context as _;
use avanochi::kernel::{Clock as _, ManualClock, Timestamp};
use azure_data_cosmos::models::PartitionKeyDefinition;
use azure_data_cosmos_driver::in_memory_emulator::ContainerConfig;
use chrono::{Days, NaiveDate};

use self::{
    day::{Action, Chance, Person},
    emulator::Emulator,
    world::{Client, World},
};

const MINUTE: Duration = Duration::from_mins(1);

/// What can be said on the command line, each as `name=number`.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    pub users: u32,
    pub partitions: u32,
    pub seed: u64,
}

impl Scale {
    /// `None` unless it is run as a benchmark: whoever runs all targets as tests does not want it.
    fn from_arguments() -> anyhow::Result<Option<Self>> {
        let mut scale = Self { users: 1000, partitions: 20, seed: 1 };
        let mut bench = false;
        for argument in std::env::args().skip(1) {
            match argument.split_once('=') {
                Some(("users", number)) => scale.users = number.parse()?,
                Some(("partitions", number)) => scale.partitions = number.parse()?,
                Some(("seed", number)) => scale.seed = number.parse()?,
                _ if argument == "--bench" => bench = true,
                _ => anyhow::bail!("{argument} is not one of users=, partitions=, seed="),
            }
        }
        Ok(bench.then_some(scale))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let Some(scale) = Scale::from_arguments()? else { return Ok(()) };
    let monday = day::monday()?;
    let began = std::time::Instant::now();

    // Saturday noon, UTC: nobody's Monday has begun.
    let clock = Arc::new(ManualClock::at("2026-01-17T12:00:00Z".parse::<Timestamp>()?));
    let emulator = Emulator::start();
    let container = ContainerConfig::new().with_partition_count(scale.partitions).build()?;
    let account = emulator.http.store();
    account.create_database("avanochi-db");
    let key = PartitionKeyDefinition::from("/pk");
    account.create_container_with_config("avanochi-db", "avanochi-container", key, container);

    let mut chance = Chance::new(scale.seed);
    let mut world = World::new(&emulator, clock.clone(), chance.bits())?;
    let past: Vec<NaiveDate> = (3..8).filter_map(|days| monday.checked_sub_days(Days::new(days))).collect();
    let mut people: Vec<(String, Person, Client)> = Vec::new();
    for number in 0..scale.users {
        clock.advance_micros(1_000_000);
        let (name, person) = (format!("somebody {number}"), Person::draw(&mut chance));
        let client = world.settle(&name, &person, &past).await?;
        people.push((name, person, client));
    }
    world.follow().await?;
    // What it took to get here is not part of the day.
    *world.store.book() = meter::Book::default();
    emulator.requests.take();
    (world.calls, world.by_method, world.followed) = (vec![0; meter::SLOTS], BTreeMap::new(), 0);

    let mut plan: Vec<(Timestamp, usize, Action)> = Vec::new();
    for (index, (_, person, _)) in people.iter_mut().enumerate() {
        plan.extend(person.day(monday)?.into_iter().map(|(at, action)| (at, index, action)));
    }
    plan.sort_unstable();
    let (first, last) = (plan.first().context("a plan")?.0, plan.last().context("a plan")?.0);
    let mut next = Timestamp::from_micros(first.micros() / 600_000_000 * 600_000_000);
    let mut plan = plan.into_iter().peekable();
    let mut asked = 0;
    // What was forgotten is found twelve hours later.
    let end = last.plus(Duration::from_hours(13));
    while next < end {
        while let Some((at, index, action)) = plan.next_if(|(at, ..)| *at < next) {
            clock.set(at.max(clock.now()));
            let (name, person, client) = &mut people[index];
            world.act(name, client, &mut person.chance, action).await?;
        }
        clock.set(next);
        world.follow().await?;
        // The timer fires once a minute. It is simulated every ten minutes: what a tick costs when nothing is due is told apart.
        if next.unix_seconds() % 600 == 0 {
            world.tick().await?;
            asked += emulator.requests.take().len();
        }
        next = next.plus(MINUTE);
    }
    report::print(scale, &emulator, &world, &people, asked).await?;
    println!("It took {} s.", began.elapsed().as_secs());
    Ok(())
}
