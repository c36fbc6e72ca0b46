//! Commands come as JSON too, under their names; the shop's rules hold for them as for all others.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unused_crate_dependencies)]

use std::sync::Arc;

use es_core::app::App;
use es_examples::customer::{Customer, register};
use es_examples::order::{Bank, HouseBank, Order, OrderId};
use es_sqlite as _;

/// Sends a command by its name, and tells why it was refused.
async fn refusal(app: &App, name: &str, json: &str) -> Option<String> {
    app.commands().named(name, json.as_bytes()).await.err().map(|error| error.to_string())
}

fn says(refusal: Option<String>, part: &str) {
    assert!(refusal.as_ref().is_some_and(|text| text.contains(part)), "{part}: {refusal:?}");
}

#[tokio::test]
async fn an_address_is_one_and_belongs_to_one_customer() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("orders.db").display());
    let app = App::builder().store(store).only::<(Customer, register)>().start().await.unwrap();
    let register = |id: &str, name: &str, email: &str| {
        format!(r#"{{"customer_id":"{id}","name":"{name}","email":"{email}"}}"#)
    };
    let by = async |json: String| refusal(&app, "RegisterCustomer", &json).await;
    assert_eq!(by(register("1", "Ada", "ada@example.com")).await, None);
    says(by(register("2", "Ada", "ADA@example.com")).await, "ada@example.com");
    says(by(register("3", "Bob", "no mail at all")).await, "is no e-mail address");
    says(by(register("4", " ", "bob@example.com")).await, "the customer's name");
    app.shutdown(std::time::Duration::from_secs(30)).await.unwrap();
}

#[tokio::test]
async fn an_item_can_be_sold() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("orders.db").display());
    let bank: Arc<dyn Bank> = Arc::new(HouseBank);
    let app = App::builder().store(store).only::<Order>().provide(bank).start().await.unwrap();
    let create = r#"{"order_id":"o","customer":null,"country":"UK",
        "placed_at":"2010-12-01T08:26:00Z"}"#;
    assert_eq!(refusal(&app, "CreateOrder", create).await, None);
    let item = async |product: &str, quantity: &str, price: &str| {
        let item = format!(
            r#"{{"product":"{product}","description":"","quantity":{quantity},
                "unit_price":"{price}"}}"#
        );
        let json = format!(r#"{{"order_id":"o","line":null,"item":{item}}}"#);
        refusal(&app, "AddItem", &json).await
    };
    says(item("p", "0", "1.00").await, "`0`");
    says(item("p", "1", "-5.00").await, "-5.00");
    says(item("p", "1", "5.123456").await, "5.123456");
    says(item("p", "3", "79228162514264337593543950335").await, "79228162514264337593543950335");
    says(item("", "1", "1.00").await, "the product code");
    assert_eq!(item("p", "3", "1.25").await, None);
    let order = app.repository::<Order>().load(&OrderId::from("o")).await.unwrap();
    assert_eq!(order.total().to_string(), "3.75");
    app.shutdown(std::time::Duration::from_secs(30)).await.unwrap();
}
