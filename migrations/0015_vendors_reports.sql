-- What a vendor said of the pictures that it made: quality, background, the prompt that it drew, tokens.
-- Answers, replays and jobs tell it; what was not said is not in it. Null in what ended before.
alter table generation add column report jsonb;

-- A prompt that the vendor wrote anew is as private as the one that was sent: retention blanks both.
create or replace function refuse_second_end() returns trigger language plpgsql as $$
begin
    if new.request = without_words(old.request)
        and (new.report is not distinct from old.report or new.report = old.report - 'revised_prompt')
        and to_jsonb(new) - 'request' - 'report' = to_jsonb(old) - 'request' - 'report'
    then
        return new;
    end if;
    raise exception 'generation % has ended', old.id
        using errcode = 'integrity_constraint_violation', constraint = 'hold_ends_once';
end $$;
