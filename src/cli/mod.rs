//! The command line.

mod credentials;
mod jobs;
mod pictures;
mod predictions;
mod say;
mod webhooks;

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use clap::{Args, Parser, Subcommand};
use secrecy::SecretString;

use crate::{
    app::{Adapters, App, logging, serve},
    config::{Config, Overrides, Source, StoreChoice},
    demo, functions,
    kernel::{Clock as _, SystemClock, Timestamp},
    migration::{Maintenance, console, verify::Mode},
    store::embedded::{self, Embedded},
};

/// The back end of a productive tamagotchi.
#[derive(Debug, Parser)]
#[command(name = "avanochi", version, about)]
struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Args)]
struct Options {
    /// Port to listen on (`AVANOCHI_PORT`, default 7071)
    #[arg(long, global = true, value_name = "PORT")]
    port: Option<String>,
    /// Address to listen on (`AVANOCHI_HOST`, default 127.0.0.1)
    #[arg(long, global = true, value_name = "ADDRESS")]
    host: Option<String>,
    /// Folder of the embedded store (`AVANOCHI_DATA`, default ./.avanochi)
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// embedded or cosmos (`AVANOCHI_STORE`)
    #[arg(long, global = true, value_name = "STORE")]
    store: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer requests until asked to stop (the default)
    Serve,
    /// Serve what a person did in six lively months, in a data folder of its own (default ./.avanochi-demo), made at the first time
    Demo {
        /// When the months end: an instant with an offset or `Z` (default: now)
        #[arg(long, value_name = "INSTANT")]
        until: Option<Timestamp>,
    },
    /// Check the settings, host.json and every function.json against the routes
    Check {
        /// Root of the function app
        #[arg(long, default_value = ".", value_name = "DIR")]
        app: PathBuf,
    },
    /// Print the OpenAPI document
    Openapi,
    /// Write a consistent copy of the embedded store, also while it is in use
    Backup { file: PathBuf },
    /// Put a copy back into an empty data folder; clients that keep a copy of theirs begin again
    Restore { file: PathBuf },
    /// Take over what the original stored, a JSON array or JSON lines, or the tasks that its front end kept in a browser; again
    /// as often as wanted
    Import {
        file: PathBuf,
        /// Whose the tasks from a browser are: a user name or id
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
    },
    /// Show, run and replay what is done without a request
    Jobs {
        #[command(subcommand)]
        command: jobs::Command,
    },
    /// Look after what people gave for their connections
    Credentials {
        #[command(subcommand)]
        command: credentials::Command,
    },
    /// Draw the companion
    Companion {
        #[command(subcommand)]
        command: pictures::Command,
    },
    /// Tell whether webhooks come from who they should come from
    Webhook {
        #[command(subcommand)]
        command: webhooks::Command,
    },
    /// Compute the risk of overload from what it follows from, and measure predictions
    Predictions {
        #[command(subcommand)]
        command: predictions::Command,
    },
    /// Tell what the grammar makes of sentences
    Say(say::Say),
    /// Check the file of the embedded store, and compare all counters, timers and lists with the documents that they are about
    Verify {
        /// Correct what differs
        #[arg(long)]
        repair: bool,
    },
}

/// Where the person to look around with is.
const DEMO_DATA: &str = ".avanochi-demo";
/// Something is wrong with how the program was called or set up.
const USAGE: u8 = 2;
/// Never 0 on an error: the Functions host does not restart a handler that exits with it.
const FAILURE: u8 = 1;

/// Runs the program as called.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let Options { port, host, data, store } = cli.options;
    let mut overrides = Overrides { port, host, data, store };
    let source = Source::from_environment();
    let command = cli.command.unwrap_or(Command::Serve);
    if matches!(command, Command::Demo { .. }) {
        overrides.data.get_or_insert_with(|| DEMO_DATA.into());
        overrides.store = Some("embedded".into());
    }
    if let Command::Check { app } = &command {
        return check(app, &source, &overrides);
    }
    // All that it needs is in what it reads.
    match &command {
        Command::Webhook { command } => return ended(webhooks::run(command)),
        Command::Predictions { command } => return ended(predictions::run(command)),
        Command::Say(say) => return ended(say::run(say)),
        _ => {}
    }
    let config = match Config::load(&source, &overrides) {
        Ok(config) => config,
        Err(problems) => {
            for problem in problems {
                eprintln!("{problem}");
            }
            return ExitCode::from(USAGE);
        }
    };
    let done = match command {
        Command::Serve | Command::Check { .. } | Command::Webhook { .. } | Command::Predictions { .. } | Command::Say(_) => {
            run_server(&config).map(|()| ExitCode::SUCCESS)
        }
        Command::Demo { until } => run_demo(&config, until).map(|()| ExitCode::SUCCESS),
        Command::Openapi => print_openapi(&config).map(|()| ExitCode::SUCCESS),
        Command::Backup { file } => embedded::backup(&config.data, &file).map(|()| ExitCode::SUCCESS).map_err(Into::into),
        Command::Restore { file } => embedded::restore(&config.data, &file).map(|()| ExitCode::SUCCESS).map_err(Into::into),
        Command::Companion { command } => pictures::run(&command).map(|()| ExitCode::SUCCESS),
        Command::Credentials { command: credentials::Command::Rotate } => run_rotation(&config).map(|()| ExitCode::SUCCESS),
        Command::Jobs { command } => run_jobs(&config, command).map(|()| ExitCode::SUCCESS),
        Command::Import { file, user } => {
            run_on_store(&config, async |maintenance| console::import(&maintenance, &file, user.as_deref()).await)
        }
        Command::Verify { repair } => {
            let mode = if repair { Mode::Repair } else { Mode::Report };
            check_file(&config)
                .and_then(|()| run_on_store(&config, async |maintenance| console::verify(&maintenance, mode).await))
        }
    };
    ended(done)
}

fn ended(done: anyhow::Result<ExitCode>) -> ExitCode {
    done.unwrap_or_else(|error| {
        eprintln!("avanochi: {error:#}");
        ExitCode::from(FAILURE)
    })
}

fn run_server(config: &Config) -> anyhow::Result<()> {
    let logging = logging::start(config.log.clone())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve::serve(config, &logging))
}

/// Serves the person to look around with, who is made in another folder first, so that there is no half of one.
fn run_demo(config: &Config, until: Option<Timestamp>) -> anyhow::Result<()> {
    if !config.data.exists() {
        let filling = config.data.with_extension("filling");
        if filling.exists() {
            fs::remove_dir_all(&filling)?;
        }
        println!("Making a person with six lively months in {}, which takes a moment.", config.data.display());
        let config_of_filling = Config { data: filling.clone(), ..config.clone() };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let until = until.unwrap_or_else(|| SystemClock.now());
        runtime.block_on(async {
            let adapters = Adapters::from_config(&config_of_filling)?;
            demo::fill(&config_of_filling, adapters, until, demo::DATES).await
        })?;
        drop(runtime);
        fs::rename(&filling, &config.data)?;
    }
    println!("Sign in as {}, with the password {:?}.", demo::USERNAME, demo::PASSWORD);
    run_server(config)
}

/// Does what is asked of the jobs, without a server.
fn run_jobs(config: &Config, command: jobs::Command) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let app = match command {
            // Which jobs there are can be said while a server has the store.
            jobs::Command::List => described(config)?,
            _ => App::new(config, Adapters::from_config(config)?)?,
        };
        jobs::run(&app, command).await
    })
}

/// Puts all credentials under the newest key, without a server.
fn run_rotation(config: &Config) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(credentials::rotate(config))
}

/// Runs work of its own on the store, without a server.
fn run_on_store(config: &Config, work: impl AsyncFnOnce(Maintenance) -> anyhow::Result<ExitCode>) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let app = App::new(config, Adapters::from_config(config)?)?;
        work(Maintenance::new(app.shared, app.kinds)).await
    })
}

/// The counters of a file that is damaged say nothing.
fn check_file(config: &Config) -> anyhow::Result<()> {
    match config.store {
        StoreChoice::Embedded => Ok(embedded::check(&config.data)?),
        StoreChoice::Cosmos => Ok(()),
    }
}

fn print_openapi(config: &Config) -> anyhow::Result<()> {
    println!("{}", described(config)?.document.to_pretty_json()?);
    Ok(())
}

/// The program as it would serve, which takes no store that lasts: for what it says of itself.
fn described(config: &Config) -> anyhow::Result<App> {
    let clock = Arc::new(SystemClock);
    let store = Arc::new(Embedded::in_memory(clock.clone())?);
    App::new(config, Adapters::over(store, clock, SecretString::default()))
}

fn check(app: &Path, source: &Source, overrides: &Overrides) -> ExitCode {
    let mut problems: Vec<String> = Vec::new();
    if let Err(found) = Config::load(source, overrides) {
        problems.extend(found.iter().map(ToString::to_string));
    }
    match Config::load(&Source::default(), &Overrides::default())
        .map_err(|_| anyhow::anyhow!("the defaults"))
        .and_then(|c| described(&c))
    {
        Ok(program) => {
            let jobs: Vec<_> = program.jobs.registry.iter().map(|entry| (entry.name, entry.function_json)).collect();
            let setting = |name: &str| source.get(name).map(str::to_owned);
            problems.extend(functions::check(app, &setting, &jobs));
        }
        Err(error) => problems.push(format!("the jobs cannot be listed: {error:#}")),
    }
    if problems.is_empty() {
        println!("All is well.");
        return ExitCode::SUCCESS;
    }
    for problem in problems {
        println!("{problem}");
    }
    ExitCode::from(USAGE)
}
