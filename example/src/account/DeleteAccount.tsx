import { useAction, useQuery } from "convex/react";
import { useState } from "react";
import { api } from "@backend/_generated/api";
import { useCall } from "../hooks/useCall";
import { Button } from "../ui/Button";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { Field } from "../ui/Field";
import { Section } from "../ui/Section";

const WORD = "delete";

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
    <Section title="Delete account">
      <p className="max-w-prose text-muted">
        Your projects go, with their sandboxes and conversations
        {subscribed && ", and your subscription ends"}.
      </p>
      <Button variant="quiet" onClick={() => setAsking(true)}>
        Delete account …
      </Button>
      {asking && (
        <ConfirmDialog
          title="Delete your account?"
          confirmLabel="Delete account"
          call={call}
          enabled={typed.trim().toLowerCase() === WORD}
          onClose={close}
        >
          <p>Everything you have made here is lost. This can’t be undone.</p>
          <Field
            label={`Type “${WORD}” if you are sure`}
            value={typed}
            autoComplete="off"
            onChange={(event) => setTyped(event.target.value)}
          />
        </ConfirmDialog>
      )}
    </Section>
  );
}
