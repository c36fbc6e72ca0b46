use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::read_handler::{self, Owner};
use super::register::{Entry, List, register};
use super::{hidden, line_of};
use crate::attr::{ProjectionArguments, is_named};
use crate::check;
use crate::diag::Errors;
use crate::light::LightImpl;
use crate::model::{ReadHandler, ReadKind, last_ident, take_role};
use crate::paths::Paths;

/// `#[projection]`:
///
/// ```text
/// impl Projection for OrderSummary {
///     const NAME: &'static str = "order-summary";
///     const PROCESSOR: &'static str = "order-summary";
///     const VERSION: u32 = 0;
/// }
/// inventory::submit! { ProjectionEntry::of::<OrderSummary>(file!(), 7) }
/// inventory::submit! { EventHandlerEntry::of::<OrderCreated>(…) }
/// ```
pub(super) fn expand(
    arguments: TokenStream,
    block: &mut LightImpl,
    errors: &mut Errors,
) -> TokenStream {
    let arguments = ProjectionArguments::read(arguments, errors);
    let is_plain = check::plain_block(block, "projection", errors);
    let self_ty = block.self_ty.clone();
    let mut handlers = vec![];
    for method in block.methods_mut() {
        let Some(attribute) = take_role(method, "projection", errors) else {
            continue;
        };
        let kind = if is_named(&attribute, "event_handler") {
            ReadKind::Event
        } else if is_named(&attribute, "query_handler") {
            ReadKind::Query
        } else {
            errors.push(
                attribute.path(),
                format!(
                    "`#[{}]` belongs into an `#[aggregate] impl` block; a `#[projection]` block \
                     has `#[event_handler]` and `#[query_handler]`",
                    attribute.path().to_token_stream()
                ),
            );
            continue;
        };
        if !matches!(attribute.meta, syn::Meta::Path(_)) {
            errors.push(
                &attribute,
                "a handler of a `#[projection]` block takes no arguments; give them to \
                 `#[projection]`",
            );
        }
        handlers.extend(ReadHandler::read(kind, method, Some(&self_ty), errors));
    }
    if !is_plain {
        return TokenStream::new();
    }
    let es = Paths::new(arguments.krate.as_ref()).at(self_ty.span());
    let name = arguments.name.map_or_else(
        || last_ident(&self_ty).map(ToString::to_string).unwrap_or_default(),
        |name| name.value(),
    );
    let processor = arguments.processor.map_or_else(|| name.clone(), |name| name.value());
    let version = arguments.version.map_or_else(|| quote!(0), |number| quote!(#number));
    let place = self_ty.span();
    let line = line_of(place);
    let owner = Owner::Projection(&self_ty);
    let projection = quote!(#es::registry::ProjectionEntry::of::<#self_ty>(::core::file!(), #line));
    let mut entries = vec![Entry { list: List::Projections, cfgs: vec![], value: projection }];
    entries.extend(handlers.iter().map(|handler| read_handler::entry(handler, &owner, &es)));
    let entries = register(&entries, Some(&self_ty), &es);
    let private = es.private();
    hidden(quote_spanned! {place=>
        use #private::{NoFacts as _, Unanswered as _};
        #[automatically_derived]
        impl #es::projection::Projection for #self_ty {
            const NAME: &'static str = #name;
            const PROCESSOR: &'static str = #processor;
            const VERSION: u32 = #version;
        }
        #entries
    })
}
