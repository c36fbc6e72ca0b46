//! What becomes of an event that somebody publishes outside a handler, and how it is told.

use std::error::Error;

use es_core::prelude::*;
use es_core::store::AppendError;
use es_core::unit::PublishError;

use super::domain::*;
use super::logs::GatedLog;
use super::{app, app_on, stored};

fn noted(about: impl Into<String>) -> Noted {
    Noted { about: about.into() }
}

/// The error is one that `?` takes anywhere.
async fn publish(events: EventGateway, about: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
    events.publish(noted(about)).await?;
    Ok(())
}

#[tokio::test]
async fn what_the_log_refuses_is_told_and_cannot_be_mended_by_another_try() {
    let app = app().await;
    let error = publish(app.event_gateway(), &"x".repeat(2000)).await.unwrap_err();
    let error: Box<PublishError> = error.downcast().unwrap();
    let PublishError::Append { source } = &*error else { panic!("{error}") };
    assert!(matches!(source, AppendError::TagTooLarge { .. }), "{error}");
    assert!(!error.is_retryable() && error.to_string().contains("has a tag `about`"), "{error}");

    let metadata = Metadata::new().with("tenant", "x".repeat(2000));
    let error = app.event_gateway().publish_with(noted("a"), metadata).await.unwrap_err();
    assert!(matches!(error, PublishError::InvalidId(_)) && !error.is_retryable(), "{error}");
    assert!(stored(&app).await.rows().is_empty());
}

#[tokio::test]
async fn what_a_failing_log_did_not_store_may_be_published_again() {
    let (log, gate) = GatedLog::new();
    let app = app_on(log).await;
    gate.fail_one();
    gate.let_through(1);
    let error = app.event_gateway().publish(noted("a")).await.unwrap_err();
    assert!(matches!(error, PublishError::Append { .. }) && error.is_retryable(), "{error}");
    app.event_gateway().publish(noted("a")).await.unwrap();
    assert_eq!(stored(&app).await.names(), ["Noted"]);
}

#[tokio::test]
async fn an_application_that_has_ended_takes_no_event() {
    let app = app().await;
    app.log().close().await;
    let error = app.event_gateway().publish(noted("a")).await.unwrap_err();
    assert!(matches!(error, PublishError::ShuttingDown) && !error.is_retryable(), "{error}");
}

#[tokio::test]
async fn what_is_given_as_metadata_is_stored_with_it() {
    let app = app().await;
    let metadata = Metadata::new().with("user", "ada").with("tenant", "acme");
    app.event_gateway().publish_with(noted("a"), metadata).await.unwrap();
    let stored = stored(&app).await;
    let [row] = stored.rows() else { panic!("one event") };
    assert_eq!((row.metadata.get("user").as_deref(), row.tenant.as_str()), (Some("ada"), "acme"));
}
