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
    async fn on_opened(event: &ShopOpened, views: &mut Views<Row>) -> Result<(), Fault> {
        views.delete(&event.shop_id)?;
        Ok(())
    }
}

fn main() {}
