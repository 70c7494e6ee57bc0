//! Running the program until it is asked to stop.

use std::{io::Write as _, time::Duration};

use anyhow::Context as _;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use super::{Adapters, App};
use crate::{
    config::{Config, StoreChoice},
    web::server,
};

/// How long to wait after a store that did not answer.
const START_RETRY_INTERVAL: Duration = Duration::from_secs(30);

/// Serves until SIGTERM or Ctrl-C.
pub async fn serve(config: &Config) -> anyhow::Result<()> {
    let app = App::new(config, Adapters::from_config(config)?)?;
    let routes = if config.listen.behind_host { app.routes_for_host()? } else { app.routes.clone() };
    let stop = stop_signal()?;
    // Listening comes last: the first connection is taken as the sign that requests can be answered.
    let address = config.listen.address;
    let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
    announce(config, &listener)?;
    tokio::select! {
        () = server::serve(listener, routes, async {
            stop.await;
            app.stop();
        }) => {}
        () = start(&app) => {}
        () = work(&app) => {}
    }
    tracing::info!("stopped");
    Ok(())
}

/// Does what is to be done at the start, beside the requests, once the store lets it; then waits for ever.
async fn start(app: &App) {
    while let Err(error) = app.start().await {
        tracing::warn!(error = %error.chain(), "what is to be done at the start must wait");
        tokio::time::sleep(START_RETRY_INTERVAL).await;
    }
    std::future::pending::<()>().await;
}

/// Runs jobs beside the requests; waits for ever when there are none to run here.
async fn work(app: &App) {
    if let Err(error) = app.work().await {
        tracing::error!(error = %error.chain(), "no jobs are run");
    }
    std::future::pending::<()>().await;
}

fn announce(config: &Config, listener: &TcpListener) -> std::io::Result<()> {
    let url = format!("http://{}", listener.local_addr()?);
    if config.listen.behind_host {
        tracing::info!(address = url, "ready");
        return Ok(());
    }
    let version = env!("CARGO_PKG_VERSION");
    let place = place(config);
    let banner = format!(
        "Avanochi {version} listens on {url}, with its data in {place}\n\
         Try it:  curl {url}/api/health\n\
         Read it: {url}/api/docs\n\
         Stop it: Ctrl-C\n"
    );
    // Nobody need be listening to that: whoever started the program may have closed its output.
    let _ = std::io::stdout().write_all(banner.as_bytes());
    Ok(())
}

/// Where the data is, for a person.
fn place(config: &Config) -> String {
    match config.store {
        StoreChoice::Embedded => config.data.display().to_string(),
        StoreChoice::Cosmos => "Cosmos DB".into(),
    }
}

fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
