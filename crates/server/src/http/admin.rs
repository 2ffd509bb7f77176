use crate::Server;
use crate::figures::Figures;
use axum::Router;
use axum::routing::get;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Serves `/metrics`, and nothing else, until the server stops.
pub async fn serve_metrics(server: Arc<Server>, listener: TcpListener) {
    let stop = server.stop.clone();
    let figures = Figures::of_process();
    let read = move || {
        let server = Arc::clone(&server);
        async move { figures.read(&server).await }
    };
    let router = Router::new().route("/metrics", get(read));
    let served = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned());
    if let Err(error) = served.await {
        tracing::error!(%error, "the listener of /metrics ended");
    }
}
