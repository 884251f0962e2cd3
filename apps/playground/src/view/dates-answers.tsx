import type { DatesPicture } from '../experiment/contestant.ts';

/** Dates of days that were never trained on, and what a network makes of them. */
export function DatesAnswers({ picture }: { picture: DatesPicture }) {
  return (
    <table class="answers">
      <thead>
        <tr>
          <th scope="col">written</th>
          <th scope="col">answer</th>
        </tr>
      </thead>
      <tbody>
        {picture.answers.map(({ written, iso, answer }) => (
          <tr key={written}>
            <td>{written}</td>
            <td>
              <span class={answer === iso ? 'right' : 'wrong'}>
                {answer || '–'}
                <span class="unseen">{answer === iso ? ', right' : `, wrong: ${iso}`}</span>
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
