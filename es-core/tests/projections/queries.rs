use es_core::query::QueryError;

use super::domain::{
    BreakDown, BreakDownSlowly, FindTill, How, Jammed, NobodyAnswers, TillRow, tenant,
};
use super::*;

#[tokio::test]
async fn a_query_is_answered_by_its_type_or_by_its_name() {
    let app = World::default().start().await;
    let token = open(&app, "north").await;
    app.projection::<TillRow>().caught_up(&token, LONG).await.unwrap();
    let row = app.queries().query(FindTill { till: "north".to_owned() }).await.unwrap();
    assert_eq!(row.unwrap().takings, 0);
    let json = app.queries().named("FindTill", br#"{"till":"north"}"#).await.unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json, serde_json::json!({"till": "north", "cents": 0, "takings": 0}));
}

#[tokio::test]
async fn a_tenant_sees_its_own_rows() {
    let app = World::default().start().await;
    let dispatch = Dispatch::new().tenant(&tenant("acme"));
    let command = Open { till: "north".to_owned() };
    let token = app.commands().send_tracked_with(command, dispatch).await.unwrap().token;
    app.projection::<TillRow>().caught_up(&token, LONG).await.unwrap();
    let find = || FindTill { till: "north".to_owned() };
    assert!(app.queries().query(find()).await.unwrap().is_none());
    assert!(app.queries().tenant(tenant("acme")).query(find()).await.unwrap().is_some());
}

#[tokio::test]
async fn a_query_without_handler_says_what_is_answered_and_what_to_write() {
    let app = World::default().start().await;
    let error = app.queries().query(NobodyAnswers {}).await.unwrap_err().to_string();
    let text = |query: &str| {
        format!(
            "nobody answers query `{query}`; write a `#[query_handler]` for it, or name what has \
             one in `.with::<TheProjection>()` (answered are: BreakDown, BreakDownSlowly, \
             FindTill, RichTills)"
        )
    };
    assert_eq!(error, text("NobodyAnswers"));
    let error = app.queries().named("Nonsense", b"{}").await.unwrap_err();
    assert!(matches!(error, QueryError::NoHandler { .. }), "{error}");
    assert_eq!(error.to_string(), text("Nonsense"));
}

#[tokio::test]
async fn a_query_whose_handler_was_left_out_says_so_and_not_that_its_view_is_empty() {
    let app = App::test().only::<Till>().start().await.unwrap();
    let error = app.queries().query(FindTill { till: "north".to_owned() }).await.unwrap_err();
    assert!(error.to_string().starts_with("nobody answers query `FindTill`"), "{error}");
    assert!(error.to_string().ends_with("(answered are: none)"), "{error}");
}

#[tokio::test]
async fn json_that_is_not_the_query_is_refused() {
    let app = World::default().start().await;
    let error = app.queries().named("FindTill", b"[1").await.unwrap_err();
    assert!(matches!(error, QueryError::Undecodable { .. }), "{error}");
    assert!(error.to_string().contains("is no query `FindTill`"), "{error}");
}

#[tokio::test]
async fn a_handlers_error_stays_typed_and_names_the_handler() {
    let app = World::default().start().await;
    let error = app.queries().query(BreakDown { how: How::Error }).await.unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&Jammed));
    let text = error.to_string();
    assert!(text.contains("`TillRow::break_down`") && text.contains("domain.rs:"), "{text}");
}

#[tokio::test]
async fn a_panic_is_an_error_of_that_query_alone() {
    let app = World::default().start().await;
    let queries = app.queries();
    let error = queries.query(BreakDown { how: How::Panic }).await.unwrap_err();
    assert!(error.to_string().contains("panic: the drawer fell out"), "{error}");
    let error = queries.query(BreakDownSlowly {}).await.unwrap_err();
    assert!(error.to_string().contains("panic: the drawer fell out slowly"), "{error}");
    assert!(queries.query(FindTill { till: "north".to_owned() }).await.unwrap().is_none());
}

#[tokio::test]
async fn a_closed_application_answers_no_more() {
    let app = World::default().start().await;
    let queries = app.queries();
    app.shutdown(LONG).await.unwrap();
    let error = queries.query(FindTill { till: "north".to_owned() }).await.unwrap_err();
    assert!(matches!(error, QueryError::ShuttingDown { .. }), "{error}");
}
