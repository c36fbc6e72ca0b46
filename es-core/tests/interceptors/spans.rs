//! Every command is in a span of its own, and so is what its handler logs.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use es_core::command::Spans;
use es_core::prelude::*;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};

use super::domain::*;

type Fields = BTreeMap<&'static str, String>;

/// Keeps every span with its fields.
#[derive(Clone, Default)]
struct Keeper(Arc<Mutex<Vec<(&'static str, Fields)>>>);

struct Reader<'a>(&'a mut Fields);

impl Visit for Reader<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}

impl tracing::Subscriber for Keeper {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target().starts_with("es_core::command")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut spans = self.0.lock().unwrap();
        let mut fields = Fields::new();
        span.record(&mut Reader(&mut fields));
        spans.push((span.metadata().name(), fields));
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut spans = self.0.lock().unwrap();
        values.record(&mut Reader(&mut spans[span.into_u64() as usize - 1].1));
    }

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}
    fn event(&self, _event: &tracing::Event<'_>) {}
    fn enter(&self, _span: &Id) {}
    fn exit(&self, _span: &Id) {}
}

#[tokio::test]
async fn a_span_has_name_id_aggregate_and_outcome() {
    let keeper = Keeper::default();
    let _guard = tracing::subscriber::set_default(keeper.clone());
    let app = App::test().with::<Purse>().dispatch_interceptor(Spans).start().await.unwrap();
    let id = CommandId::from_key("k");
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let dispatch = Dispatch::new().id(id).meta("traceparent", trace);
    app.commands().send_with(open("a"), dispatch).await.unwrap();
    app.commands().send(take_out(1)).await.unwrap_err();
    let spans = keeper.0.lock().unwrap().clone();
    let [(first, opened), (second, refused)] = spans.as_slice() else { panic!("{spans:?}") };
    assert_eq!((*first, *second), ("command", "command"));
    assert_eq!(
        *opened,
        Fields::from([
            ("name", "OpenPurse".to_owned()),
            ("id", id.to_string()),
            ("aggregate", "Purse a".to_owned()),
            ("correlation_id", id.to_string()),
            ("traceparent", trace.to_owned()),
            ("outcome", "done".to_owned()),
        ])
    );
    assert_eq!(refused["outcome"], "rejected");
    assert_eq!(refused["error"], "only 0 coins are there");
}
