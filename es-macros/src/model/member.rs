use std::iter::successors;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Type;

use super::relocate;
use crate::paths::Paths;

/// Where a member is: what an `#[aggregate_member]` says.
pub(crate) struct MemberOf {
    /// The aggregate or member that has it.
    pub(crate) parent: Option<Type>,
    /// The fields that lead to it, the innermost last.
    pub(crate) keys: Vec<Option<Ident>>,
}

impl MemberOf {
    /// The keys in a command or event of the member:
    /// `((), key_in_message::<<OrderLine as Member>::Key, _>(&command.line_id))`, where the command
    /// is behind `MessageWithKeyOf<OrderLine, _>`, which a message without the field is told by.
    pub(crate) fn route(
        &self,
        member: &Type,
        message: &Ident,
        place: Span,
        es: &Paths,
    ) -> TokenStream {
        let es = es.at(place);
        let private = es.private();
        let start = quote_spanned!(place=> ());
        let members = self.members(member, place, &es);
        self.keys.iter().zip(members).fold(start, |outer, (key, member)| {
            let key = match key {
                None => quote_spanned!(place=> #private::KeyOfNone::<
                    <#member as #es::aggregate::Member>::Key
                >::key()),
                Some(key) => {
                    // A message without the field is reported at the message.
                    let key = Ident::new(&key.to_string(), place.resolved_at(key.span()));
                    // A name of its own, so that a field of another type is reported there too.
                    let field = Ident::new("field", Span::mixed_site().located_at(place));
                    quote_spanned! {place=>
                        match &#es::aggregate::MessageWithKeyOf::<#member, _>::new(#message).#key {
                            #field => #private::key_in_message::<
                                <#member as #es::aggregate::Member>::Key, _
                            >(#field)
                        }
                    }
                }
            };
            quote_spanned!(place=> (#outer, #key))
        })
    }

    /// The members that the keys lead through, the innermost last.
    fn members(&self, innermost: &Type, place: Span, es: &Paths) -> Vec<TokenStream> {
        let innermost = relocate(innermost.to_token_stream(), place);
        let outwards = successors(Some(innermost), |inner| {
            Some(quote_spanned!(place=> <#inner as #es::aggregate::Member>::Parent))
        });
        let mut members: Vec<_> = outwards.take(self.keys.len()).collect();
        members.reverse();
        members
    }
}
