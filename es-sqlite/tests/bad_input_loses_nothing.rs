//! Input that cannot be stored, or cannot be read back, on a file: one clear sentence, and what
//! was there before is still there.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use bytes::Bytes;
use es_core::aggregate::{Aggregate, LoadError};
use es_core::event::{EventId, StreamId, Tenant};
use es_core::prelude::*;
use es_core::store::{Append, AppendError, Expectation, Expected, NewEvent};
use es_sqlite as _;
use tempfile::TempDir;

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Write {
    #[target]
    pub notebook: String,
    pub text: String,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Label {
    #[target]
    pub notebook: String,
    pub label: String,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct Begun {
    pub notebook: String,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct Written {
    pub text: String,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct Labelled {
    #[tag]
    pub label: String,
}

/// Somebody else's JSON, kept as it came.
#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct Pasted {
    pub content: serde_json::Value,
}

#[aggregate]
#[derive(Debug)]
pub struct Notebook {
    #[aggregate_identifier]
    pub notebook: String,
    pub texts: Vec<String>,
}

#[aggregate]
impl Notebook {
    #[command_handler]
    fn write(notebook: Option<&Self>, command: Write) -> (Option<Begun>, Written) {
        let begun = notebook.is_none().then(|| Begun { notebook: command.notebook.clone() });
        (begun, Written { text: command.text })
    }

    #[command_handler]
    fn label(&self, command: Label) -> Labelled {
        Labelled { label: command.label }
    }

    #[event_sourcing_handler]
    fn begin(event: &Begun) -> Self {
        Self { notebook: event.notebook.clone(), texts: Vec::new() }
    }

    #[event_sourcing_handler]
    fn on_written(&mut self, event: &Written) {
        self.texts.push(event.text.clone());
    }

    #[event_sourcing_handler]
    fn on_labelled(&mut self, event: &Labelled) {
        self.texts.push(event.label.clone());
    }

    #[event_sourcing_handler]
    fn on_pasted(&mut self, event: &Pasted) {
        self.texts.push(event.content.to_string());
    }
}

async fn start(folder: &TempDir) -> App {
    let url = format!("sqlite:{}", folder.path().join("notes.db").display());
    App::builder().store(url.as_str()).only::<Notebook>().start().await.unwrap()
}

fn write(notebook: &str, text: &str) -> Write {
    Write { notebook: notebook.to_owned(), text: text.to_owned() }
}

async fn texts(app: &App, notebook: &str) -> Vec<String> {
    app.repository::<Notebook>().load(&notebook.to_owned()).await.unwrap().texts.clone()
}

/// Stores one event behind the first two of a stream, past every handler.
async fn append_raw(app: &App, notebook: &str, name: &'static str, payload: String) {
    let stream = StreamId::new(&Tenant::default(), Notebook::NAME, notebook).unwrap();
    let event = NewEvent {
        id: EventId::generate(),
        stream: Some(stream.clone()),
        name: name.into(),
        revision: 0,
        payload: Bytes::from(payload),
        metadata: Metadata::new(),
        tags: Vec::new(),
    };
    let batch = Append {
        events: [event].into_iter().collect(),
        expectations: [Expectation { stream, expected: Expected::Exact(Sequence(1)) }]
            .into_iter()
            .collect(),
        ..Append::default()
    };
    app.log().reserve(None).await.unwrap().append(batch).await.unwrap();
}

fn nested(depth: usize) -> String {
    "[".repeat(depth) + &"]".repeat(depth)
}

#[tokio::test]
async fn a_payload_of_100_megabytes_is_refused_with_the_limit_and_the_remedy() {
    let folder = TempDir::new().unwrap();
    let app = start(&folder).await;
    app.commands().send(write("a", "one")).await.unwrap();

    let huge = "x".repeat(100 * 1024 * 1024);
    let error = app.commands().send(write("a", &huge)).await.unwrap_err();
    assert!(!error.is_retryable());
    let text = error.to_string();
    assert!(text.starts_with("event `Written` has a payload of 1048"), "{}", text.len());
    assert!(text.contains("the limit is 1048576; store large content elsewhere"), "{text}");
    let error = app.commands().send(write("new", &huge[..2 << 20])).await.unwrap_err();
    let CommandError::Append { source: AppendError::TooLarge { .. }, .. } = error else {
        panic!("{error}");
    };

    assert_eq!(texts(&app, "a").await, ["one"]);
    let missing = app.repository::<Notebook>().load(&"new".to_owned()).await;
    assert!(matches!(missing, Err(LoadError::NotFound { .. })), "nothing of it is stored");
    app.commands().send(write("a", "two")).await.unwrap();
    app.shutdown(std::time::Duration::from_secs(10)).await.unwrap();
    assert_eq!(texts(&start(&folder).await, "a").await, ["one", "two"]);
}

#[tokio::test]
async fn a_tag_of_10_kilobytes_is_refused_with_the_limit_and_the_remedy() {
    let folder = TempDir::new().unwrap();
    let app = start(&folder).await;
    app.commands().send(write("a", "one")).await.unwrap();
    let label = |label: String| Label { notebook: "a".to_owned(), label };

    let error = app.commands().send(label("x".repeat(10 * 1024))).await.unwrap_err();
    assert!(!error.is_retryable());
    let expected = "event `Labelled` has a tag `label` of 10245 bytes, the limit is 1024; \
                    tag it with something shorter, an id or a hash for example";
    assert_eq!(error.to_string(), expected);

    assert_eq!(texts(&app, "a").await, ["one"]);
    app.commands().send(label("short".to_owned())).await.unwrap();
    assert_eq!(texts(&app, "a").await, ["one", "short"]);
}

#[tokio::test]
async fn a_stored_event_nested_10_000_deep_is_told_with_its_place() {
    let folder = TempDir::new().unwrap();
    let app = start(&folder).await;
    app.commands().send(write("deep", "one")).await.unwrap();
    app.commands().send(write("other", "one")).await.unwrap();
    append_raw(&app, "deep", "Pasted", format!("{{\"content\":{}}}", nested(10_000))).await;

    let notebooks = app.repository::<Notebook>();
    let id = "deep".to_owned();
    let text = notebooks.load(&id).await.unwrap_err().to_string();
    let place = "event `Pasted` of `Notebook deep at sequence 2` cannot be decoded: ";
    assert!(text.starts_with(place) && text.contains("recursion limit exceeded"), "{text}");
    assert!(text.contains("; the type must accept every payload that was stored"), "{text}");
    let error = app.commands().send(write("deep", "two")).await.unwrap_err();
    assert!(matches!(error, CommandError::Load { .. }) && !error.is_retryable(), "{error}");

    assert_eq!(notebooks.load_at(&id, Sequence(1)).await.unwrap().texts, ["one"]);
    app.commands().send(write("other", "two")).await.unwrap();
    assert_eq!(texts(&app, "other").await, ["one", "two"]);
}

#[tokio::test]
async fn a_sequence_edited_by_hand_is_told_with_its_place() {
    let folder = TempDir::new().unwrap();
    let app = start(&folder).await;
    for notebook in ["edited", "other", "edited"] {
        app.commands().send(write(notebook, "one")).await.unwrap();
    }
    let by_hand = rusqlite::Connection::open(folder.path().join("notes.db")).unwrap();
    // The last row of its stream: no row behind it shows the gap.
    let edit = |sequence: i64| {
        let sql = "UPDATE events SET sequence = ?1 WHERE position = 5";
        assert_eq!(by_hand.execute(sql, [sequence]).unwrap(), 1);
    };
    let expected = |text: &str| text.contains("position 5") && text.contains("damaged");

    edit(1000);
    for _ in 0..2 {
        let error = app.commands().send(write("edited", "two")).await.unwrap_err();
        assert!(matches!(error, CommandError::Load { .. }) && !error.is_retryable(), "{error}");
        assert!(expected(&error.to_string()), "{error}");
    }
    let error = app.repository::<Notebook>().load(&"edited".to_owned()).await.unwrap_err();
    assert!(expected(&error.to_string()), "{error}");

    app.commands().send(write("other", "two")).await.unwrap();
    assert_eq!(texts(&app, "other").await, ["one", "two"]);
    edit(2);
    app.commands().send(write("edited", "two")).await.unwrap();
    assert_eq!(texts(&app, "edited").await, ["one", "one", "two"]);
}

#[tokio::test]
async fn a_field_that_nobody_reads_may_be_nested_10_000_deep() {
    let folder = TempDir::new().unwrap();
    let app = start(&folder).await;
    app.commands().send(write("a", "one")).await.unwrap();
    let payload = format!("{{\"text\":\"two\",\"unknown\":{}}}", nested(10_000));
    append_raw(&app, "a", "Written", payload).await;
    assert_eq!(texts(&app, "a").await, ["one", "two"]);
    // The live state had not heard of it: the next command is decided again on what is stored.
    app.commands().send(write("a", "three")).await.unwrap();
    assert_eq!(texts(&app, "a").await, ["one", "two", "three"]);
}

#[tokio::test]
async fn a_command_nested_10_000_deep_is_no_command() {
    let folder = TempDir::new().unwrap();
    let app = start(&folder).await;
    let json = format!("{{\"notebook\":\"a\",\"text\":{}}}", nested(10_000));
    let error = app.commands().named("Write", json.as_bytes()).await.unwrap_err();
    assert!(matches!(error, CommandError::Undecodable { .. }), "{error}");
    app.commands().send(write("a", "one")).await.unwrap();
    assert_eq!(texts(&app, "a").await, ["one"]);
}

#[tokio::test]
async fn an_id_with_nul_in_the_json_of_a_command_is_refused() {
    let folder = TempDir::new().unwrap();
    let app = start(&folder).await;
    app.commands().send(write("a", "one")).await.unwrap();
    let json = br#"{"notebook":"a\u0000b","text":"two"}"#;
    let error = app.commands().named("Write", json).await.unwrap_err();
    assert!(matches!(error, CommandError::InvalidId { .. }) && !error.is_retryable(), "{error}");
    let expected = "the id of `Notebook` holds the control character U+0000 at byte 1; \
                    ids may hold any character but control characters";
    assert_eq!(error.to_string(), expected);

    assert_eq!(texts(&app, "a").await, ["one"]);
    app.commands().named("Write", br#"{"notebook":"a","text":"two"}"#).await.unwrap();
    // In a text that is no id it is a character like others.
    app.commands().named("Write", br#"{"notebook":"a","text":"\u0000"}"#).await.unwrap();
    assert_eq!(texts(&app, "a").await, ["one", "two", "\0"]);
}
