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
    fn on_opened(_event: &FindShop) {}

    #[query_handler]
    fn find(_query: &ShopOpened) -> Option<Row> {
        None
    }
}

fn main() {}
