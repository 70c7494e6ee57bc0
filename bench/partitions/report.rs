//! What was counted, as tables.

use std::collections::BTreeMap;

use azure_data_cosmos::{FeedScope, Query, options::QueryOptions};
use futures_util::TryStreamExt as _;
use serde_json::Value;

use crate::{
    Scale,
    day::{self, Person},
    emulator::Emulator,
    meter::{self, Book, Request, SLOTS},
    world::{Client, World},
};

/// Quarters of an hour in one.
const HOUR: usize = 4;

pub async fn print(
    scale: Scale,
    emulator: &Emulator,
    world: &World,
    people: &[(String, Person, Client)],
    asked: usize,
) -> anyhow::Result<()> {
    let Scale { users, partitions, seed } = scale;
    let each = |amount: f64| amount / f64::from(users);
    println!("{users} people's Monday, {partitions} physical partitions, seed {seed}.\n");
    let book = std::mem::take(&mut *world.store.book());

    println!("| asked of the account, each person | number | RU |\n| --- | --: | --: |");
    for (request, (count, units)) in &book.requests {
        println!("| {request:?} | {:.1} | {:.1} |", each(f64::from(*count)), each(*units));
    }
    let fed = book.requests.get(&Request::Feed).map_or(0, |(count, _)| *count);
    let all: u32 = book.requests.values().map(|(count, _)| count).sum();
    let expected = real(asked);
    println!("\nRequests on the wire: {expected}; by this count {}.", all - fed);

    let calls: u32 = world.calls.iter().sum();
    let calls_by_slot: Vec<f64> = world.calls.iter().map(|count| f64::from(*count)).collect();
    let (hour, peak) = busiest(&calls_by_slot);
    println!(
        "Calls of the API, each: {:.1}; in the busiest hour, {hour} UTC, {:.3} of them.",
        each(f64::from(calls)),
        peak / f64::from(calls)
    );
    for (method, count) in &world.by_method {
        println!("- {method}: {:.1}", each(f64::from(*count)));
    }
    let due: Vec<f64> = world.due.iter().map(|count| f64::from(*count)).collect();
    let (hour, most) = busiest(&due);
    let found: f64 = due.iter().sum();
    println!("Deliveries of changes, of 100 at most: {}.", world.followed);
    println!(
        "Users to whom something was due, each: {:.2}; in the busiest hour, {hour} UTC, {:.3} of them.",
        each(found),
        most / found
    );

    println!("\n| documents made, each person | number | bytes of one |\n| --- | --: | --: |");
    for (kind, (count, bytes)) in &book.created {
        println!("| `{kind}` | {:.2} | {:.0} |", each(f64::from(*count)), f64::from(*bytes) / f64::from(*count));
    }
    println!("Written, each: {:.1}.", each(book.partitions.values().map(|usage| f64::from(usage.written)).sum()));
    sizes(emulator, people).await?;
    logical(&book, people)?;
    let fixed = book.partitions.get("jobs").map_or(0.0, |usage| usage.units.iter().sum());
    println!("\nThe timer fired {} times; its lease cost {:.1} RU each time.", world.ticks, fixed / f64::from(world.ticks));
    physical(scale, emulator, &book).await
}

/// What is stored in the end, as the service tells it.
async fn sizes(emulator: &Emulator, people: &[(String, Person, Client)]) -> anyhow::Result<()> {
    let container = emulator.container().await;
    let mut kinds: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let looked_at = people.len().min(100);
    for (_, _, client) in &people[..looked_at] {
        let scope = FeedScope::partition(client.id.clone());
        let mut rows = container
            .query_items::<Value>(Query::from("SELECT * FROM c"), scope, Some(QueryOptions::default()))
            .await?
            .into_pages();
        while let Some(page) = rows.try_next().await? {
            for row in page.into_items() {
                let sum = kinds.entry(row["kind"].as_str().unwrap_or_default().to_owned()).or_default();
                *sum = (sum.0 + 1, sum.1 + row.to_string().len());
            }
        }
    }
    println!("\n| stored, each of {looked_at} people | number | bytes of one |\n| --- | --: | --: |");
    for (kind, (count, bytes)) in &kinds {
        println!("| `{kind}` | {:.1} | {:.0} |", real(*count) / real(looked_at), real(*bytes) / real(*count));
    }
    let bytes: usize = kinds.values().map(|(_, bytes)| bytes).sum();
    println!("Bytes of one person: {:.0}.", real(bytes) / real(looked_at));
    Ok(())
}

/// The load of single partition keys.
fn logical(book: &Book, people: &[(String, Person, Client)]) -> anyhow::Result<()> {
    let total: f64 = book.partitions.values().flat_map(|usage| &usage.units).sum();
    let mut users: Vec<(f64, f64)> = Vec::new();
    let mut at_home = vec![0.0; SLOTS];
    for (_, person, client) in people {
        let Some(usage) = book.partitions.get(&client.id) else { continue };
        users.push((usage.units.iter().sum(), busiest(&usage.units).1));
        for (slot, units) in usage.units.iter().enumerate() {
            at_home[local(slot, person)?] += units;
        }
    }
    users.sort_by(|one, other| one.0.total_cmp(&other.0));
    let quantile = |part: usize| users[(users.len() - 1) * part / 100].0;
    let hottest_hour = users.iter().map(|(_, hour)| *hour).fold(0.0, f64::max);
    let everybody: f64 = users.iter().map(|(units, _)| units).sum();
    println!("\n| one person's partition, RU | |\n| --- | --: |");
    println!("| mean of a day | {:.0} |", everybody / real(users.len()));
    println!("| median | {:.0} |\n| 99 of 100 | {:.0} |\n| hottest | {:.0} |", quantile(50), quantile(99), quantile(100));
    println!("| share of the hottest in all | {:.5} |", quantile(100) / total);
    println!("| hottest hour of anybody | {hottest_hour:.0} |");
    let (hour, peak) = busiest(&at_home);
    println!("| share of the day in the busiest hour of one's own clock, {hour} | {:.3} |", peak / everybody);

    println!("\n| of no user | RU a day | busiest hour |\n| --- | --: | --: |");
    for (name, usage) in &book.partitions {
        let theirs = people.iter().any(|(_, _, client)| client.id == *name);
        if !theirs && !name.starts_with("login:") {
            println!("| `{name}` | {:.0} | {:.0} |", usage.units.iter().sum::<f64>(), busiest(&usage.units).1);
        }
    }
    Ok(())
}

/// The load of physical partitions: each key lies where the client's own function places it.
async fn physical(scale: Scale, emulator: &Emulator, book: &Book) -> anyhow::Result<()> {
    let container = emulator.container().await;
    let ranges = container.read_feed_ranges(None).await?;
    let asked = |range: &str| book.ranges.get(range).map_or_else(|| vec![0.0; SLOTS], |usage| usage.units.clone());
    let mut load: Vec<Vec<f64>> = ranges.iter().map(|range| asked(&range.to_string())).collect();
    let mut keys = vec![0_usize; ranges.len()];
    for (name, usage) in &book.partitions {
        let place = container.feed_range_from_partition_key(name.clone(), None).await?;
        let Some(index) = ranges.iter().position(|range| place.iter().all(|place| place.is_subset_of(range))) else {
            anyhow::bail!("{name} lies nowhere");
        };
        keys[index] += 1;
        load[index].iter_mut().zip(&usage.units).for_each(|(sum, units)| *sum += units);
    }
    let day: Vec<f64> = load.iter().map(|units| units.iter().sum()).collect();
    let whole: Vec<f64> = (0..SLOTS).map(|slot| load.iter().map(|units| units[slot]).sum()).collect();
    let (hour, peak) = busiest(&whole);
    let first = usize::from(hour) * HOUR;
    let at_peak: Vec<f64> = load.iter().map(|units| units[first..first + HOUR].iter().sum()).collect();
    let total: f64 = day.iter().sum();
    println!(
        "\n| over {} physical partitions | mean | max | max/mean | deviation/mean |\n| --- | --: | --: | --: | --: |",
        ranges.len()
    );
    let keys: Vec<f64> = keys.into_iter().map(real).collect();
    for (what, values) in [("keys", &keys), ("RU, all day", &day), ("RU, busiest hour", &at_peak)] {
        let mean = values.iter().sum::<f64>() / real(values.len());
        let max = values.iter().copied().fold(0.0, f64::max);
        let square = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / real(values.len());
        println!("| {what} | {mean:.0} | {max:.0} | {:.3} | {:.3} |", max / mean, square.sqrt() / mean);
    }
    println!("\nRU of a person's day, with everything: {:.0}.", total / f64::from(scale.users));
    println!("The busiest hour, {hour} UTC, has {:.3} of the day, {:.2} times the mean.", peak / total, peak / total * 24.0);
    println!("RU by hour UTC, thousandths of the day:");
    let by_hour = whole.chunks(HOUR).map(|slots| format!("{:.0}", slots.iter().sum::<f64>() / total * 1000.0));
    println!("{}", by_hour.collect::<Vec<_>>().join(" "));
    Ok(())
}

/// The full hour with the most, and how much that is.
fn busiest(units: &[f64]) -> (u8, f64) {
    let sums = units.chunks(HOUR).map(|slots| slots.iter().sum::<f64>());
    (0..).zip(sums).fold((0, 0.0), |best, hour| if hour.1 > best.1 { hour } else { best })
}

/// The quarter of the day on the person's own clock.
fn local(slot: usize, person: &Person) -> anyhow::Result<usize> {
    let midnight = meter::slot(person.at(day::monday()?, 0.0)?);
    Ok((slot + SLOTS - midnight) % SLOTS)
}

/// Counts here are far below what a number of this kind can tell apart.
fn real(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
