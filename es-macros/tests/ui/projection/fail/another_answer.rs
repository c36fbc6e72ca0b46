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
    #[query_handler]
    fn find(_query: &FindShop) -> Vec<Row> {
        Vec::new()
    }
}

fn main() {}
