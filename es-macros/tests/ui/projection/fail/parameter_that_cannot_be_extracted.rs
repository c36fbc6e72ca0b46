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

pub struct Mailer;

#[projection]
impl Row {
    #[event_handler]
    fn on_opened(_event: &ShopOpened, mailer: &Mailer) {
        let _ = mailer;
    }

    #[query_handler]
    fn find(_query: &FindShop, mailer: &Mailer) -> Option<Row> {
        let _ = mailer;
        None
    }
}

fn main() {}
