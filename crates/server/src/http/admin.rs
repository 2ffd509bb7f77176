use axum::Router;
use axum::routing::get;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// The figures of this process: there is one recorder in a process, whoever asks first makes it.
#[derive(Debug, Clone, Copy)]
pub struct Metrics(&'static PrometheusHandle);

impl Metrics {
    /// The recorder of this process.
    #[must_use]
    pub fn of_process() -> Self {
        static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
        Self(HANDLE.get_or_init(|| {
            let recorder = PrometheusBuilder::new().build_recorder();
            let handle = recorder.handle();
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("another recorder of metrics is there; ours stays empty");
            }
            handle
        }))
    }

    /// The figures as Prometheus reads them.
    #[must_use]
    pub fn render(self) -> String {
        self.0.render()
    }

    /// Tidies what is held; to be called now and then.
    pub fn upkeep(self) {
        self.0.run_upkeep();
    }
}

/// Serves `/metrics`, and nothing else, until the server stops.
pub async fn serve_metrics(listener: TcpListener, stop: CancellationToken) {
    let metrics = Metrics::of_process();
    let router = Router::new().route("/metrics", get(move || async move { metrics.render() }));
    let served = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned());
    if let Err(error) = served.await {
        tracing::error!(%error, "the listener of /metrics ended");
    }
}
