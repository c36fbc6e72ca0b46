use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::Type;

use crate::paths::Paths;

/// Where a member is: what an `#[aggregate_member]` says.
pub(crate) struct MemberOf {
    /// The aggregate or member that has it.
    pub(crate) parent: Option<Type>,
    /// The fields that lead to it, the innermost last.
    pub(crate) keys: Vec<Option<Ident>>,
}

impl MemberOf {
    /// The keys in a command or event: `((), Clone::clone(&command.line_id))`.
    pub(crate) fn route(&self, message: &Ident, place: Span, es: &Paths) -> TokenStream {
        let private = es.at(place).private();
        let start = quote_spanned!(place=> ());
        self.keys.iter().fold(start, |outer, key| {
            let key = match key {
                None => quote_spanned!(place=> #private::Unkeyed),
                Some(key) => {
                    // A message without the field is reported at the message.
                    let key = Ident::new(&key.to_string(), place.resolved_at(key.span()));
                    let field = quote_spanned!(place=> &#message.#key);
                    quote_spanned!(place=> ::core::clone::Clone::clone(#field))
                }
            };
            quote_spanned!(place=> (#outer, #key))
        })
    }
}
