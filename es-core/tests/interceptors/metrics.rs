//! With the feature `metrics` the times of commands are recorded as a histogram.

use std::sync::{Arc, Mutex};

use es_core::command::Timing;
use es_core::prelude::*;
use metrics::{
    Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};

use super::domain::*;

/// Keeps what was recorded: the histogram's name, its labels, and seconds.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<(String, Vec<String>, f64)>>>);

struct OfOne(Key, Kept);

impl HistogramFn for OfOne {
    fn record(&self, seconds: f64) {
        let labels = self.0.labels().map(|label| format!("{}={}", label.key(), label.value()));
        let recorded = (self.0.name().to_owned(), labels.collect(), seconds);
        self.1.0.lock().unwrap().push(recorded);
    }
}

impl Recorder for Kept {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        Counter::noop()
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(Arc::new(OfOne(key.clone(), self.clone())))
    }
}

#[tokio::test]
async fn every_command_is_recorded_with_its_name_and_outcome() {
    let kept = Kept::default();
    let _recording = metrics::set_default_local_recorder(&kept);
    let timing = Timing::new();
    let app = App::test().with::<Purse>().dispatch_interceptor(timing.clone());
    let app = app.start().await.unwrap();
    app.commands().send(open("a")).await.unwrap();
    app.commands().send(take_out(1)).await.unwrap_err();
    app.commands().send(take_out(0)).await.unwrap();
    let recorded = kept.0.lock().unwrap().clone();
    let labels: Vec<_> = recorded.iter().map(|(_, labels, _)| labels.join(" ")).collect();
    let expected = [
        "command=OpenPurse outcome=done",
        "command=TakeOut outcome=rejected",
        "command=TakeOut outcome=done",
    ];
    assert_eq!(labels, expected);
    assert!(recorded.iter().all(|(name, _, _)| name == "es_command_seconds"));
    let seconds = recorded.iter().map(|(_, _, seconds)| seconds).sum::<f64>();
    let total = timing.snapshot().iter().map(|timing| timing.total.as_secs_f64()).sum::<f64>();
    assert!((seconds - total).abs() < 1e-6, "{seconds} recorded, {total} counted");
}
