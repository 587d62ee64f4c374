import { useAction, useQuery } from "convex/react";
import { useState } from "react";
import { api } from "@backend/_generated/api";
import { useCall } from "../hooks/useCall";
import { text } from "../text";
import { Button } from "../ui/Button";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { Field } from "../ui/Field";
import { Section } from "../ui/Section";

/** Deletes the account, after the person has typed a word to confirm. */
export function DeleteAccount() {
  const subscribed = useQuery(api.payments.queries.currentPlan)?.subscription != null;
  const [asking, setAsking] = useState(false);
  const [typed, setTyped] = useState("");
  const deleteUser = useAction(api.auth.users.deleteUser);
  const call = useCall(deleteUser); // `LoginGate` notices in every tab that the account is gone
  const close = (): void => {
    setAsking(false);
    setTyped("");
    call.dismiss();
  };
  return (
    <Section title={text.account.delete}>
      <p className="max-w-prose text-muted">
        {text.account.deleteAbout} {subscribed && text.account.deleteSubscription}
      </p>
      <Button variant="quiet" onClick={() => setAsking(true)}>
        {text.account.delete}
      </Button>
      {asking && (
        <ConfirmDialog
          title={text.account.deleteQuestion}
          confirmLabel={text.account.delete}
          call={call}
          enabled={typed.trim().toLowerCase() === text.account.deleteWord}
          onClose={close}
        >
          <p>{text.account.deleteWarning}</p>
          <Field
            label={text.account.deleteType(text.account.deleteWord)}
            value={typed}
            autoComplete="off"
            onChange={(event) => setTyped(event.target.value)}
          />
        </ConfirmDialog>
      )}
    </Section>
  );
}
