//! Every command is in a span of its own, and so is what its handler logs.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use es_core::command::Spans;
use es_core::prelude::*;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing_core::span::Current;

use super::domain::*;

type Fields = BTreeMap<&'static str, String>;

/// Keeps every span with its fields and where it was opened, and every event with its span.
#[derive(Clone, Default)]
struct Keeper(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    spans: Vec<Opened>,
    entered: Vec<Id>,
    /// What was logged, and in which command.
    said: Vec<(String, String)>,
}

#[derive(Clone)]
struct Opened {
    metadata: &'static tracing::Metadata<'static>,
    fields: Fields,
    within: Option<String>,
}

impl Kept {
    fn innermost(&self) -> Option<&Opened> {
        self.entered.last().map(|id| &self.spans[id.into_u64() as usize - 1])
    }

    fn innermost_name(&self) -> Option<String> {
        self.innermost().map(|span| span.fields["name"].clone())
    }
}

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
        ["es_core::command", "handler"].iter().any(|start| metadata.target().starts_with(start))
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut kept = self.0.lock().unwrap();
        let mut fields = Fields::new();
        span.record(&mut Reader(&mut fields));
        let within = kept.innermost_name();
        kept.spans.push(Opened { metadata: span.metadata(), fields, within });
        Id::from_u64(kept.spans.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut kept = self.0.lock().unwrap();
        values.record(&mut Reader(&mut kept.spans[span.into_u64() as usize - 1].fields));
    }

    fn event(&self, event: &tracing::Event<'_>) {
        let mut kept = self.0.lock().unwrap();
        let mut fields = Fields::new();
        event.record(&mut Reader(&mut fields));
        let within = kept.innermost_name().unwrap_or_default();
        kept.said.push((fields.remove("message").unwrap_or_default(), within));
    }

    fn enter(&self, span: &Id) {
        self.0.lock().unwrap().entered.push(span.clone());
    }

    fn exit(&self, _: &Id) {
        self.0.lock().unwrap().entered.pop();
    }

    fn current_span(&self) -> Current {
        let kept = self.0.lock().unwrap();
        match (kept.entered.last(), kept.innermost()) {
            (Some(id), Some(span)) => Current::new(id.clone(), span.metadata),
            _ => Current::none(),
        }
    }

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}
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
    let spans = keeper.0.lock().unwrap().spans.clone();
    let [opened, refused] = spans.as_slice() else { panic!("{}", spans.len()) };
    assert_eq!((opened.metadata.name(), refused.metadata.name()), ("command", "command"));
    assert_eq!(
        opened.fields,
        Fields::from([
            ("name", "OpenPurse".to_owned()),
            ("id", id.to_string()),
            ("aggregate", "Purse a".to_owned()),
            ("correlation_id", id.to_string()),
            ("traceparent", trace.to_owned()),
            ("outcome", "done".to_owned()),
        ])
    );
    assert_eq!(refused.fields["outcome"], "rejected");
    assert_eq!(refused.fields["error"], "only 0 coins are there");
}

#[tokio::test]
async fn what_handlers_log_is_inside_also_after_an_await_and_on_a_task_of_their_own() {
    let keeper = Keeper::default();
    let _guard = tracing::subscriber::set_default(keeper.clone());
    let app = App::test().with::<Purse>().dispatch_interceptor(Spans).start().await.unwrap();
    app.commands().send(open("a")).await.unwrap();
    app.commands().send(put_in(1)).await.unwrap();
    app.commands().send(CountIn { purse: "a".to_owned(), coins: 1 }).await.unwrap();
    let said = keeper.0.lock().unwrap().said.clone();
    let expected = [("put in", "PutIn"), ("counted", "CountIn")];
    assert_eq!(said, expected.map(|(said, within)| (said.to_owned(), within.to_owned())));
}

#[tokio::test]
async fn the_spans_of_what_handlers_send_are_inside_the_senders() {
    let keeper = Keeper::default();
    let _guard = tracing::subscriber::set_default(keeper.clone());
    let app = App::test().with::<Purse>().dispatch_interceptor(Spans).start().await.unwrap();
    app.commands().send(open("a")).await.unwrap();
    app.commands().send(open("b")).await.unwrap();
    app.commands().send(put_in(1)).await.unwrap();
    app.commands().send(pour_of(1)).await.unwrap();
    let spans = keeper.0.lock().unwrap().spans.clone();
    let within: Vec<_> =
        spans[3..].iter().map(|span| (&*span.fields["name"], span.within.as_deref())).collect();
    assert_eq!(within, [("Pour", None), ("PutIn", Some("Pour")), ("TakeOut", Some("Pour"))]);
}
