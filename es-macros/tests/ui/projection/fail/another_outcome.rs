include!("../../shop.rs");

#[derive(View, Serialize, Deserialize)]
pub struct Row {
    #[key]
    pub shop_id: String,
}

#[derive(Query, Serialize, Deserialize)]
#[query(answer = Option<Row>)]
pub struct FindShop {
    pub shop_id: String,
}

#[projection]
impl Row {
    #[event_handler]
    fn on_opened(_event: &ShopOpened) -> Option<Row> {
        None
    }
}

fn main() {}
