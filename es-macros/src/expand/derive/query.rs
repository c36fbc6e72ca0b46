use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::DeriveInput;

use super::super::hidden;
use super::refuse_generics;
use crate::attr::MessageArguments;
use crate::diag::Errors;
use crate::paths::Paths;

/// `#[derive(Query)]`:
///
/// ```text
/// impl Query for FindOrder {
///     const NAME: &'static str = "FindOrder";
///     type Answer = Option<OrderSummary>;
/// }
/// ```
pub(super) fn expand(input: &DeriveInput, errors: &mut Errors) -> TokenStream {
    let known = ["answer", "name", "crate"];
    let arguments = MessageArguments::read(&input.attrs, "query", &known, errors);
    if refuse_generics(input, "a query", errors) {
        return TokenStream::new();
    }
    let es = Paths::new(arguments.krate.as_ref()).at(input.ident.span());
    let own = &input.ident;
    let name = arguments.name.map_or_else(|| own.to_string(), |name| name.value());
    let answer = match arguments.answer {
        Some(answer) => quote!(#answer),
        None => {
            errors.push(
                own,
                format!(
                    "query `{own}` does not say what it is answered with; write \
                     `#[query(answer = Option<Summary>)]`"
                ),
            );
            quote!(())
        }
    };
    hidden(quote_spanned! {own.span()=>
        #[automatically_derived]
        impl #es::query::Query for #own {
            const NAME: &'static str = #name;
            type Answer = #answer;
        }
    })
}
