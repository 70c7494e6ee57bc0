//! What a person may ask of the jobs on the command line, and how it is printed.

use clap::Subcommand;
use serde_json::{Value, json};

use crate::{
    app::App,
    functions::{Definition, Trigger},
    kernel::{Limit, PageRequest},
};

/// Jobs and what became of them.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show all jobs, and what starts each
    List,
    /// Run a job now
    Run {
        name: String,
        /// What it is given, as JSON: nothing for a timer
        #[arg(value_name = "JSON")]
        payload: Option<String>,
    },
    /// Show what could not be done and was set aside; replay or drop it
    DeadLetters {
        #[command(subcommand)]
        command: Option<DeadLettersCommand>,
    },
}

#[derive(Debug, Subcommand)]
pub enum DeadLettersCommand {
    /// Show all of them, oldest first (the default)
    List,
    /// Try one again, and forget it when it goes well
    Replay { id: String },
    /// Forget one
    Drop { id: String },
}

/// Carries out a command. Errors say what went wrong in words for whoever gave it.
pub async fn run(app: &App, command: Command) -> anyhow::Result<()> {
    match command {
        Command::List => list(app),
        Command::Run { name, payload } => {
            let payload: Value = match payload {
                Some(text) => serde_json::from_str(&text).map_err(|e| anyhow::anyhow!("the payload is not JSON: {e}"))?,
                None => json!({}),
            };
            app.jobs.run(&app.jobs.ctx(None), &name, payload).await?;
            println!("{name}: done");
            Ok(())
        }
        Command::DeadLetters { command: None | Some(DeadLettersCommand::List) } => dead_letters(app).await,
        Command::DeadLetters { command: Some(DeadLettersCommand::Replay { id }) } => {
            app.jobs.replay(&app.jobs.ctx(None), &id).await?;
            println!("{id}: done");
            Ok(())
        }
        Command::DeadLetters { command: Some(DeadLettersCommand::Drop { id }) } => {
            let read = app.jobs.dead_letters.get(&id).await?;
            app.jobs.dead_letters.drop(&app.jobs.ctx(None), &read).await?;
            println!("{id}: dropped");
            Ok(())
        }
    }
}

fn list(app: &App) -> anyhow::Result<()> {
    let now = app.jobs.ctx(None).now();
    for entry in app.jobs.registry.iter() {
        let definition = Definition::read(entry.function_json).map_err(|why| anyhow::anyhow!("{}: {why}", entry.name))?;
        let starts = match definition.trigger {
            Trigger::Timer { schedule } => match schedule.next(now) {
                Some(next) => format!("timer, next at {next}"),
                None => "timer, never again".to_owned(),
            },
            Trigger::Queue { queue_name } => format!("queue {queue_name}"),
            Trigger::Changes => {
                let consumers = app.jobs.follower.consumers().map(|consumer| {
                    format!(
                        "{} (reads {}; writes {})",
                        consumer.name(),
                        consumer.reads().join(", "),
                        consumer.writes().join(", ")
                    )
                });
                format!("changes, followed by {}", consumers.collect::<Vec<_>>().join(", "))
            }
        };
        println!("{:<26} {starts}", entry.name);
    }
    Ok(())
}

async fn dead_letters(app: &App) -> anyhow::Result<()> {
    let mut page = PageRequest::first(Limit::MAX);
    loop {
        let read = app.jobs.dead_letters.list(page).await?;
        for letter in read.items {
            println!("{}", serde_json::to_string(&letter)?);
        }
        let Some(after) = read.next else { return Ok(()) };
        page = PageRequest { limit: Limit::MAX, after: Some(after) };
    }
}
